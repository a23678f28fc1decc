/** The tables of `deno task sdae`. */
import { markdownTable, type TableOptions, textTable, toCsv } from "../../src/plot/table.ts";
import {
  costOfLayer,
  epochsOfFall,
  type Judgement,
  judgements,
  readingsOf,
  reconstructionOf,
  type Side,
  type Sides,
} from "./claims.ts";
import { meanOf } from "./measures.ts";
import { SDAE_RECIPES } from "./sdae.ts";

interface Table extends TableOptions {
  /** File name of the CSV without its ending. */
  readonly name: string;
  readonly title: string;
}

/** What the report says of the losses that its curves end at. */
const PUBLISHED_LOSSES = ["about 60", "above 400", "lower, still high"];

const right = (label: string) => ({ label, align: "right" as const });

function layerTable({ plain, sparse }: Sides): Table {
  // Where settings and images are not the report's, its numbers are no yardstick.
  const isPublished = plain.pretraining.summary.published !== null;
  const rows = (side: Side) =>
    side.pretraining.layers.map((layer, i) => [
      SDAE_RECIPES[side.kind].title.pretrain,
      `${layer.layer}: ${layer.inputs}-${layer.units}`,
      layer.loss.toFixed(2),
      layer.penalty?.toFixed(2) ?? "",
      costOfLayer(layer).toFixed(2),
      layer.targetEntropy.toFixed(2),
      layer.excess.toFixed(2),
      epochsOfFall(side.pretraining.histories[i]!).toFixed(1),
      meanOf(side.activations[i]!).toFixed(3),
      ...(isPublished ? [side.kind === "plain" ? PUBLISHED_LOSSES[i] ?? "" : ""] : []),
    ]);
  return {
    name: "layers",
    title: "Pre-training, last epoch (nats per image)",
    columns: [
      "",
      "layer",
      right("loss"),
      right("penalty"),
      right("cost"),
      right("entropy of target"),
      right("excess"),
      right("epochs to 90% of the fall"),
      right("mean activation"),
      ...(isPublished ? ["published cost"] : []),
    ],
    rows: [...rows(plain), ...rows(sparse)],
  };
}

function classifierTable({ plain, sparse }: Sides): Table {
  const isPublished = plain.classifier.summary.published !== null;
  const rows = [plain, sparse].map((side) => {
    const { classifier: { result: { history, results } } } = side, { agreement, accuracy } = readingsOf(side);
    const { meanSquaredError, sharpness } = reconstructionOf(side),
      { title, published } = SDAE_RECIPES[side.kind];
    return [
      title.classify,
      history.at(-1)?.loss.toFixed(4) ?? "",
      results.test!.accuracy!.toFixed(4),
      ...(isPublished ? [published.classify.test?.accuracy?.toFixed(3) ?? ""] : []),
      meanSquaredError.toFixed(5),
      sharpness.toFixed(3),
      agreement.toFixed(4),
      accuracy.toFixed(4),
    ];
  });
  return {
    name: "classifiers",
    title: "Classifiers after fine-tuning, and how they read reconstructions",
    columns: [
      "",
      right("training cost"),
      right("test accuracy"),
      ...(isPublished ? [right("published")] : []),
      right("reconstruction error"),
      right("sharpness"),
      right("read alike"),
      right("read right"),
    ],
    rows,
  };
}

function claimTable(claims: readonly Judgement[]): Table {
  return {
    name: "claims",
    title: "Claims of the report",
    columns: ["claim", "in words", "measured", "verdict"],
    rows: claims.map(({ claim, words, measured, verdict }) => [claim, words, measured, verdict]),
  };
}

/** The tables as text, as Markdown and as CSV, and the judged claims. */
export function comparisonTables(sides: Sides, noise: readonly number[]) {
  const claims = judgements(sides, noise),
    tables = [layerTable(sides), classifierTable(sides), claimTable(claims)];
  const written = (format: typeof textTable) =>
    tables.map((table) => `${table.title}\n\n${format(table)}`).join("\n\n");
  const csv = tables.map(({ name, columns, rows }) => [
    `figures/table_${name}.csv`,
    toCsv([columns.map((column) => typeof column === "string" ? column : column.label), ...rows]),
  ]);
  return {
    claims,
    text: written(textTable),
    files: { "tables.md": `${written(markdownTable)}\n`, ...Object.fromEntries(csv) } as Readonly<
      Record<string, string>
    >,
  };
}
