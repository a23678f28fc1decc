/** Figures over all optimizers of Report A's chapter 1: their curves on one axis, and accuracies beside the printed ones. */
import { sizeOf } from "../../../src/core/tensor.ts";
import { curves, type Figure } from "../../../src/plot/mod.ts";
import { dotComparison, type DotRow } from "../../../src/plot/dots.ts";
import type { RunFacts } from "../../../src/runs/facts.ts";
import { accuracyDomain } from "../../figures/training_figures.ts";
import { type Found, withChange } from "../item.ts";
import { meanOf } from "../statistics.ts";
import { numberAt, valuesOf } from "./judging.ts";
import { byArchitecture } from "./printed_optimizers.ts";
import { ARCHITECTURES, OPTIMIZER_TITLES, type OptimizerName, optimizerRuns, OPTIMIZERS } from "./runs.ts";
import { columnOf, endsOf, INTERVAL_LABEL, type Line } from "./seeds.ts";

const ACCURACY = numberAt("validation.accuracy");

/** A training of the best architecture, and its epochs. */
interface History {
  readonly optimizer: OptimizerName;
  readonly run: RunFacts;
  readonly lines: readonly Line[];
}

/** Draws what there is; nothing where there is no run at all. */
export async function optimizerFigures(found: Found): Promise<readonly Figure[]> {
  const rows = OPTIMIZERS.flatMap((optimizer) => rowsOf(found, optimizer));
  const any =
    OPTIMIZERS.flatMap((optimizer) =>
      ARCHITECTURES.flatMap((arch) => found.find(optimizerRuns(optimizer, arch)))
    )[0];
  if (any === undefined) return [];
  const { train, validation } = await found.imagesOf(any);
  const nameOf = (hidden: readonly (number | string)[]) =>
    withChange([sizeOf(train.inputShape), ...hidden, train.classNames.length].join("-"), found);
  const histories = await historiesOf(found);
  return [
    ...(rows.length === 0 ? [] : [accuracyDots(rows, nameOf(["a", "b", "c"]), validation.rows)]),
    ...(histories.length === 0 ? [] : [
      overlay(histories, nameOf(ARCHITECTURES[0]), "valLoss"),
      overlay(histories, nameOf(ARCHITECTURES[0]), "valAccuracy"),
    ]),
  ];
}

/** Of one optimizer, a row per architecture that there are runs of. */
function rowsOf({ find }: Pick<Found, "find">, optimizer: OptimizerName): readonly DotRow[] {
  return ARCHITECTURES.flatMap((arch, line) => {
    const values = valuesOf(find(optimizerRuns(optimizer, arch)), ACCURACY);
    if (values.length === 0) return [];
    return [{
      label: arch.join("-"),
      group: OPTIMIZER_TITLES[optimizer],
      ours: meanOf(values),
      ...endsOf(values),
      published: byArchitecture("validation", optimizer, line).published,
    }];
  });
}

function accuracyDots(rows: readonly DotRow[], networks: string, images: number): Figure {
  return dotComparison({
    name: "validation_accuracy",
    title: "Validation accuracy, ours and published",
    subtitle: `Optimizers on architectures ${networks}`,
    xLabel: `Accuracy on ${images.toLocaleString("en")} images`,
    role: "validation",
    rows,
    ...(rows.some(({ low }) => low !== undefined) && { intervalLabel: INTERVAL_LABEL }),
    decimals: 4,
  });
}

/** The lowest seed of each optimizer; one whose metrics are gone is left out. */
async function historiesOf({ find, metricsOf }: Found): Promise<readonly History[]> {
  const all = await Promise.all(OPTIMIZERS.map(async (optimizer): Promise<History | undefined> => {
    const [run] = find(optimizerRuns(optimizer));
    return run && { optimizer, run, lines: await metricsOf(run) };
  }));
  return all.filter((one) => one !== undefined && one.lines.length > 0).map((one) => one!);
}

function overlay(histories: readonly History[], network: string, key: "valLoss" | "valAccuracy"): Figure {
  const isLoss = key === "valLoss";
  const ends = histories.flatMap(({ run }) => ACCURACY(run) ?? []);
  return curves(
    histories.map(({ optimizer, lines }) => ({
      label: OPTIMIZER_TITLES[optimizer],
      x: columnOf(lines, "epoch"),
      y: columnOf(lines, key),
    })),
    {
      name: isLoss ? "overlay_loss" : "overlay_accuracy",
      title: `Validation ${isLoss ? "loss" : "accuracy"} by optimizer`,
      subtitle: network,
      xLabel: "Epoch",
      yLabel: isLoss ? "Mean cross-entropy (nats)" : "Accuracy",
      xScale: "log",
      yScale: isLoss ? "log" : "linear",
      ...(!isLoss && { yDomain: accuracyDomain(ends) }),
    },
  );
}
