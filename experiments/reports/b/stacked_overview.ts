/** Figures that lay the plain and the sparse trainings of Report B, part B, over each other: of one seed of each. */
import { chooseExecutor } from "../../../src/exec/choose.ts";
import type { Executor } from "../../../src/exec/executor.ts";
import { curves, type Figure, histogram, type Series } from "../../../src/plot/mod.ts";
import { tiles } from "../../../src/plot/tiles.ts";
import type { RunFacts } from "../../../src/runs/facts.ts";
import type { Trained } from "../../../src/train/saved.ts";
import { LOSS_LABEL, tilesOf } from "../../figures/stack_figures.ts";
import { accuracyDomain } from "../../figures/training_figures.ts";
import {
  asNumbers,
  type LayerMeasures,
  meanOf,
  measureLayers,
  outputsOf,
  shownImages,
} from "../../measures/stacked_layers.ts";
import { type FindRuns, type Found, type Wanted, withChange } from "../item.ts";
import { CLASSIFY, PRETRAIN, SPARSE, SPARSE_PRETRAIN } from "./stacked_runs.ts";

/** Images of which reconstructions are shown. */
const COLUMNS = 10;

type Line = Readonly<Record<string, unknown>>;

/** A run that is drawn, with the lines of its epochs. */
interface Drawn {
  readonly label: string;
  readonly run: RunFacts;
  readonly lines: readonly Line[];
  /** In what it is not the report's. */
  readonly changed?: string;
}

/** Overlays of what has run: of the layers, and of the classifiers on them. */
export async function stackedOverview(found: Found): Promise<readonly Figure[]> {
  const layers = await drawnOf(found, [["Q1, plain", PRETRAIN], ["Q3, sparse", SPARSE_PRETRAIN]]);
  const classifiers = await drawnOf(found, [["Q2, plain", CLASSIFY], ["Q3, sparse", SPARSE]]);
  return [
    ...layersIn(layers).map((layer) => costOverlay(layers, layer)),
    ...(classifiers.length === 0
      ? []
      : [classifierOverlay(classifiers, "loss"), classifierOverlay(classifiers, "testAccuracy")]),
    ...(layers.length === 0 ? [] : await modelFigures(layers, found)),
  ];
}

/** One run for each that is wanted: of the lowest seed that all have, or of its own lowest. */
async function drawnOf(
  { find, metricsOf, changed }: Found,
  wanted: readonly (readonly [label: string, wanted: Wanted])[],
): Promise<readonly Drawn[]> {
  const seed = commonSeed(find, wanted.map(([, one]) => one));
  const runs = wanted.flatMap(([label, one]) => {
    const all = find(one);
    const run = all.find((each) => each.seed === seed) ?? all[0];
    return run === undefined ? [] : [{ label, run }];
  });
  return await Promise.all(runs.map(async (one) => ({
    ...one,
    lines: await metricsOf(one.run),
    ...(changed !== undefined && { changed }),
  })));
}

function commonSeed(find: FindRuns, wanted: readonly Wanted[]): number | null | undefined {
  const [first = [], ...others] = wanted.map(find);
  return first.find(({ seed }) => others.every((runs) => runs.some((run) => run.seed === seed)))?.seed;
}

/** Layers that some run has, from 1. */
function layersIn(drawn: readonly Drawn[]): readonly number[] {
  const most = Math.max(0, ...drawn.map(({ run: { numbers } }) => countOf(numbers)));
  return Array.from({ length: most }, (_, i) => i + 1);
}

function countOf(numbers: RunFacts["numbers"]): number {
  let count = 0;
  while (numbers[`layers.${count + 1}.units`] !== undefined) count++;
  return count;
}

/** `784-900-625-400, seed 1`. */
function aboutLayers(drawn: readonly Drawn[]): string {
  const { numbers } = drawn[0]!.run;
  const units = layersIn(drawn.slice(0, 1)).map((layer) => numbers[`layers.${layer}.units`]);
  return `${[numbers["layers.1.inputs"], ...units].join("-")}, ${seedsOf(drawn)}`;
}

function seedsOf(drawn: readonly Drawn[]): string {
  const seeds = [...new Set(drawn.map(({ run }) => run.seed))];
  return withChange(`seed${seeds.length === 1 ? "" : "s"} ${seeds.join(" and ")}`, drawn[0]!);
}

function costOverlay(drawn: readonly Drawn[], layer: number): Figure {
  const entropies = drawn.map(({ run }) => run.numbers[`layers.${layer}.targetEntropy`]?.toFixed(1) ?? "–");
  return curves(
    drawn.flatMap(({ label, lines }): readonly Series[] => {
      const own = lines.filter(({ stage }) => stage === `layer ${layer}`);
      const x = own.map(({ epoch }) => Number(epoch));
      const loss = { label, x, y: own.map((line) => Number(line.loss)) };
      return own.some(({ cost }) => cost !== undefined)
        ? [
          { ...loss, y: own.map((line) => Number(line.cost)) },
          { ...loss, label: `${label}, without its penalty` },
        ]
        : [loss];
    }),
    {
      name: `overlay_layer_${layer}`,
      title: `Cost of layer ${layer} without and with sparsity`,
      subtitle: `${aboutLayers(drawn)}; entropy of the target ${entropies.join(" and ")} nats`,
      xLabel: "Epoch",
      yLabel: LOSS_LABEL,
    },
  );
}

function classifierOverlay(drawn: readonly Drawn[], member: "loss" | "testAccuracy"): Figure {
  const isLoss = member === "loss";
  const series = drawn.map(({ label, lines }) => ({
    label,
    x: lines.map(({ epoch }) => Number(epoch)),
    y: lines.map((line) => Number(line[member])),
  }));
  // The first fifth of the epochs would flatten the others.
  const late = series.flatMap(({ y }) => y.slice(Math.floor(y.length / 5)));
  return curves(series, {
    name: isLoss ? "overlay_cost" : "overlay_accuracy",
    title: isLoss ? "Training cost of the classifiers" : "Test accuracy of the classifiers",
    subtitle: `Fine-tuned from plain and from sparse layers; ${seedsOf(drawn)}`,
    xLabel: "Epoch",
    yLabel: isLoss ? "Mean cross-entropy (nats)" : "Test accuracy",
    yScale: isLoss ? "log" : "linear",
    ...(!isLoss && { yDomain: accuracyDomain(late) }),
  });
}

/** What takes the trained layers themselves: how active their units are, and their reconstructions. */
async function modelFigures(drawn: readonly Drawn[], found: Found): Promise<readonly Figure[]> {
  const models = await Promise.all(drawn.map(({ run }) => found.modelOf(run)));
  const { executor } = await chooseExecutor();
  try {
    return [
      ...await activationOverlays(drawn, models, { found, executor }),
      await reconstructionRows(drawn, models, { found, executor }),
    ];
  } finally {
    executor.close();
  }
}

interface Measuring {
  readonly found: Found;
  readonly executor: Executor;
}

async function activationOverlays(
  drawn: readonly Drawn[],
  models: readonly Trained[],
  { found, executor }: Measuring,
): Promise<readonly Figure[]> {
  const measured: { readonly label: string; readonly layers: readonly LayerMeasures[] }[] = [];
  for (const [i, { label, run }] of drawn.entries()) {
    const { train } = await found.imagesOf(run);
    measured.push({ label, layers: await measureLayers(models[i]!, train, executor) });
  }
  const rho = drawn.map(({ run }) => Number(run.settings.beta) > 0 ? Number(run.settings.rho) : NaN)
    .find((one) => one > 0);
  return layersIn(drawn).map((layer) => {
    const samples = measured.flatMap(({ label, layers }) => {
      const values = layers[layer - 1]?.activations;
      return values === undefined ? [] : [{ label, values }];
    });
    return histogram(samples, {
      name: `mean_activation_${layer}`,
      title: `Mean activation of the units of layer ${layer}`,
      subtitle: `${aboutLayers(drawn)}; means ${
        samples.map(({ values }) => meanOf(values).toFixed(3)).join(" and ")
      }`,
      xLabel: "Mean activation over the training images",
      yLabel: "Share of the units",
      domain: [0, 1],
      marks: rho === undefined ? [] : [{ x: rho, label: `ρ ${rho}` }],
    });
  });
}

async function reconstructionRows(
  drawn: readonly Drawn[],
  models: readonly Trained[],
  { found, executor }: Measuring,
): Promise<Figure> {
  const [{ run }] = drawn as readonly [Drawn];
  const { test } = await found.imagesOf(run);
  const pixels = test.inputs.length / test.rows;
  const chosen = shownImages(test, run.seed ?? 1).images.subarray(0, COLUMNS * pixels);
  const rows = [asNumbers(chosen)];
  for (const model of models) rows.push(await outputsOf(model, chosen, executor));
  return tiles({
    name: "reconstructions",
    title: "Reconstructions without and with sparsity",
    subtitle: `${aboutLayers(drawn)}; through all layers and back`,
    columns: COLUMNS,
    scale: "ink",
    domain: [0, 1],
    rowLabels: ["Test image", ...drawn.map(({ label }) => label)],
    images: rows.flatMap((values) => tilesOf(values, test.inputShape)),
  });
}
