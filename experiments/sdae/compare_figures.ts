/** Figures that lay the plain and the sparse trainings over each other. */
import type { Splits } from "../../src/data/mnist.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { curves, type Figure, histogram, type Series, tiles } from "../../src/plot/mod.ts";
import type { EpochRecord } from "../../src/train/fit.ts";
import { accuracyDomain } from "../figures.ts";
import type { Side, Sides } from "./claims.ts";
import { asNumbers, meanOf, outputsOf, shownImages } from "./measures.ts";
import { LOSS_LABEL, tilesOf } from "./pretraining_figures.ts";
import { SDAE_RECIPES } from "./sdae.ts";

/** Images of which reconstructions are shown. */
const COLUMNS = 10;

export async function comparisonFigures(
  sides: Sides,
  { data, seed, executor }: { readonly data: Splits; readonly seed: number; readonly executor: Executor },
): Promise<readonly Figure[]> {
  const { plain } = sides, layers = plain.pretraining.layers.map((_, i) => i);
  return [
    ...layers.map((i) => costOverlay(sides, i)),
    ...layers.map((i) => activationOverlay(sides, i)),
    classifierOverlay(sides, "loss"),
    classifierOverlay(sides, "testAccuracy"),
    await reconstructionRows(sides, data, { seed, executor }),
  ];
}

function titleOf({ kind }: Side, stage: "pretrain" | "classify"): string {
  return SDAE_RECIPES[kind].title[stage];
}

/** `784-900-625-400, seed 1`. */
function aboutLayers({ plain: { pretraining: { layers, seed } } }: Sides): string {
  return `${[layers[0]!.inputs, ...layers.map(({ units }) => units)].join("-")}, seed ${seed}`;
}

function costOverlay(sides: Sides, i: number): Figure {
  const { plain, sparse } = sides;
  const lines = (side: Side): readonly Series[] => {
    const history = side.pretraining.histories[i]!,
      x = history.map(({ epoch }) => epoch),
      title = titleOf(side, "pretrain");
    const hasPenalty = history.some(({ penalty }) => penalty !== undefined);
    return [
      { label: title, x, y: history.map(({ cost }) => cost) },
      ...(hasPenalty
        ? [{ label: `${title}, without its penalty`, x, y: history.map(({ loss }) => loss) }]
        : []),
    ];
  };
  return curves({
    name: `overlay_layer_${i + 1}`,
    title: `Cost of layer ${i + 1} without and with sparsity`,
    subtitle: `${aboutLayers(sides)}; entropy of the target ${
      [plain, sparse].map(({ pretraining }) => pretraining.layers[i]!.targetEntropy.toFixed(1)).join(" and ")
    } nats`,
    xLabel: "Epoch",
    yLabel: LOSS_LABEL,
    series: [...lines(plain), ...lines(sparse)],
  });
}

function activationOverlay(sides: Sides, i: number): Figure {
  const { plain, sparse } = sides, { rho } = sparse.pretraining.settings;
  return histogram({
    name: `mean_activation_${i + 1}`,
    title: `Mean activation of the units of layer ${i + 1}`,
    subtitle: `${aboutLayers(sides)}; means ${
      [plain, sparse].map(({ activations }) => meanOf(activations[i]!).toFixed(3)).join(" and ")
    }`,
    xLabel: "Mean activation over the training images",
    yLabel: "Share of the units",
    domain: [0, 1],
    marks: [{ x: rho, label: `ρ ${rho}` }],
    samples: [plain, sparse].map((side) => ({
      label: titleOf(side, "pretrain"),
      values: side.activations[i]!,
    })),
  });
}

function classifierOverlay(sides: Sides, member: "loss" | "testAccuracy"): Figure {
  const { plain, sparse } = sides, isLoss = member === "loss";
  const valuesOf = ({ classifier: { result } }: Side) =>
    result.history.map((record: EpochRecord) => record[member]);
  // What the second half of the trainings moves within: the first epochs would flatten it.
  const late = [plain, sparse].flatMap((side) => valuesOf(side).slice(Math.floor(valuesOf(side).length / 5)))
    .filter((value) => value !== undefined);
  return curves({
    name: isLoss ? "overlay_cost" : "overlay_accuracy",
    title: isLoss ? "Training cost of the classifiers" : "Test accuracy of the classifiers",
    subtitle: `${aboutLayers(sides)}; fine-tuned from plain and from sparse layers`,
    xLabel: "Epoch",
    yLabel: isLoss ? "Mean cross-entropy (nats)" : "Test accuracy",
    yScale: isLoss ? "log" : "linear",
    ...(isLoss || late.length === 0 ? {} : { yDomain: accuracyDomain(late) }),
    series: [plain, sparse].map((side) => ({
      label: titleOf(side, "classify"),
      x: side.classifier.result.history.map(({ epoch }) => epoch),
      y: valuesOf(side),
    })),
  });
}

async function reconstructionRows(
  sides: Sides,
  { test }: Splits,
  { seed, executor }: { readonly seed: number; readonly executor: Executor },
): Promise<Figure> {
  const { plain, sparse } = sides,
    { images } = shownImages(test, seed),
    pixels = test.images.length / test.rows;
  const chosen = images.subarray(0, COLUMNS * pixels);
  const rows = [asNumbers(chosen)];
  for (const { pretraining } of [plain, sparse]) {
    rows.push(await outputsOf(pretraining.autoencoder, chosen, executor));
  }
  return tiles({
    name: "reconstructions",
    title: "Reconstructions without and with sparsity",
    subtitle: `${aboutLayers(sides)}; through all layers and back`,
    columns: COLUMNS,
    scale: "gray",
    domain: [0, 1],
    rowLabels: ["Test image", titleOf(plain, "pretrain"), titleOf(sparse, "pretrain")],
    images: rows.flatMap((values) => tilesOf(values, test.imageShape)),
  });
}
