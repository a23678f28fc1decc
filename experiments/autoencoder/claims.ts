/** The claims of chapters 2 and 3, each judged by the numbers of our runs. */
import type { AutoencoderCell } from "./cells.ts";
import type { PublishedRow } from "./published.ts";
import {
  accuracyDifference,
  differenceInWords,
  judgeAround97,
  judgeDescent,
  judgeErrors,
  type Judgement,
  judgeOrder,
  judgePublished,
  rankCorrelation,
  type Sizes,
  standardErrorsApart,
} from "./verdicts.ts";

/** Cells of a chapter in the order of what it varies, and what belongs to them. */
export interface ChapterNumbers {
  readonly cells: readonly AutoencoderCell[];
  readonly sizes: Sizes;
  /** Pixels of an image. */
  readonly pixels: number;
  /** Losses of the epochs while the autoencoder trained, by run. */
  readonly losses: ReadonlyMap<string, readonly number[]>;
}

const nodesTitle = ({ nodes }: AutoencoderCell) => `${nodes}`;

function list(
  cells: readonly AutoencoderCell[],
  valueOf: (cell: AutoencoderCell) => number,
  digits: number,
): string {
  return cells.map((cell) => valueOf(cell).toFixed(digits)).join(", ");
}

/** What chapters 2 and 3 both claim of widths; `prefix` is `A-C2` or `A-C3`. */
function widthClaims(prefix: string, { cells, sizes }: ChapterNumbers, table: readonly PublishedRow[]) {
  const accuracies = cells.map(({ accuracy }) => accuracy.test);
  const tableName = prefix === "A-C2" ? "Table 2.1" : "Table 3.1";
  const pairs = cells.flatMap(({ nodes, accuracy }) => {
    const row = table.find((one) => one.nodes === nodes);
    return row ? [{ title: `${nodes}`, ours: accuracy.test, published: row.testAccuracy }] : [];
  });
  return {
    falls: {
      claim: `${prefix}.1`,
      words: "the error falls as the code grows wider",
      measured: `test MSE ${list(cells, ({ mse }) => mse.test, 5)}`,
      verdict: judgeOrder(cells, ({ mse }) => mse.test, "falls", nodesTitle),
    },
    around: {
      claim: `${prefix}.${prefix === "A-C2" ? 4 : 3}`,
      words: 'the codes classify the test set with "around 97%"',
      measured: `test accuracy ${list(cells, ({ accuracy }) => accuracy.test, 4)}`,
      verdict: judgeAround97(accuracies),
    },
    errors: pairs.length === 0 ? undefined : {
      claim: tableName,
      words: "validation errors of the table",
      ...judgeErrors(cells, ({ nodes }) => table.find((one) => one.nodes === nodes)?.validation),
    },
    published: pairs.length === 0 ? undefined : {
      claim: tableName,
      words: "test accuracies of the table",
      measured: pairs.map(({ ours, published }) => `${ours.toFixed(4)} (${published})`).join(", "),
      verdict: judgePublished(pairs, sizes.test),
    },
  };
}

export function chapter2Claims(
  numbers: ChapterNumbers,
  table: readonly PublishedRow[],
): readonly Judgement[] {
  const { cells, pixels, sizes, losses } = numbers, common = widthClaims("A-C2", numbers, table);
  const narrow = cells.filter(({ nodes }) => nodes < pixels),
    wide = cells.filter(({ nodes }) => nodes >= pixels);
  const best = (of: readonly AutoencoderCell[]) =>
      of.toSorted((a, b) => b.accuracy.test - a.accuracy.test)[0],
    worst = (of: readonly AutoencoderCell[]) => of.toSorted((a, b) => a.accuracy.test - b.accuracy.test)[0];
  const shown = cells.find(({ nodes }) => nodes === 64) ?? cells[0];
  const judgements: readonly (Judgement | undefined)[] = [
    common.falls,
    copying(best(narrow), wide, sizes.test),
    betterCodes(cells, best(cells), worst(cells), sizes.test),
    common.errors,
    common.around,
    common.published,
    washedOut(cells),
    roughness(narrow[0], wide),
    shown && {
      claim: "A-C2.7",
      words: "the error falls as the epochs go on",
      ...prefixed(`${shown.nodes} nodes, training MSE `, judgeDescent(losses.get(shown.run) ?? [])),
    },
    selection(cells, "A-2.4", 64),
  ];
  return judgements.filter((one) => one !== undefined);
}

function prefixed<J extends Pick<Judgement, "measured">>(words: string, judgement: J): J {
  return { ...judgement, measured: `${words}${judgement.measured}` };
}

/** Codes as wide as the image or wider: do they classify worse than the best narrower one? */
function copying(
  best: AutoencoderCell | undefined,
  wide: readonly AutoencoderCell[],
  images: number,
): Judgement | undefined {
  if (best === undefined || wide.length === 0) return undefined;
  const differences = wide.map((cell) => ({
    nodes: cell.nodes,
    ...accuracyDifference(cell.accuracy.test, best.accuracy.test, images),
  }));
  const worse = differences.filter(({ high }) => high < 0);
  return {
    claim: "A-C2.2",
    words: "a code as wide as the image or wider copies, and is of no use for classifying",
    measured: `test accuracy beside that of ${best.nodes} nodes: ${
      differences.map((one) => `${one.nodes}: ${differenceInWords(one)}`).join("; ")
    }`,
    verdict: worse.length === 0
      ? "fails: these codes classify no worse"
      : worse.length === differences.length
      ? "these codes classify worse, but not uselessly"
      : `worse at ${worse.map(({ nodes }) => nodes).join(", ")} alone`,
  };
}

function betterCodes(
  cells: readonly AutoencoderCell[],
  best: AutoencoderCell | undefined,
  worst: AutoencoderCell | undefined,
  images: number,
): Judgement | undefined {
  if (best === undefined || worst === undefined || cells.length < 3) return undefined;
  const correlation = rankCorrelation(
    cells.map(({ mse }) => -mse.test),
    cells.map(({ accuracy }) => accuracy.test),
  );
  const widest = accuracyDifference(best.accuracy.test, worst.accuracy.test, images);
  return {
    claim: "A-C2.3",
    words: "the better the code (the lower its error), the better the classification",
    measured: `rank correlation ${
      correlation.toFixed(2).replace("-", "−")
    } over ${cells.length} widths; best (${best.nodes}) minus worst (${worst.nodes}): ${
      differenceInWords(widest)
    }`,
    verdict: widest.low <= 0
      ? "undecidable: all accuracies lie within the intervals"
      : correlation > 0.7
      ? "holds"
      : correlation < 0.3
      ? "fails"
      : "weak",
  };
}

function washedOut(cells: readonly AutoencoderCell[]): Judgement | undefined {
  const small = cells.filter(({ nodes }) => nodes <= 64).at(-1),
    large = cells.find(({ nodes }) => nodes >= 256);
  if (small === undefined || large === undefined) return undefined;
  const times = small.mse.test / large.mse.test;
  return {
    claim: "A-C2.5",
    words: "reconstructions are washed out from few nodes and better from 256 on",
    measured: `test MSE of ${small.nodes} nodes ${times.toFixed(1)} times that of ${large.nodes}`,
    verdict: times > 1.5 ? "holds" : "fails",
  };
}

function roughness(
  small: AutoencoderCell | undefined,
  wide: readonly AutoencoderCell[],
): Judgement | undefined {
  if (small === undefined || wide.length === 0) return undefined;
  const all = [small, ...wide];
  return {
    claim: "A-C2.6",
    words: "weight images turn into noise from as many nodes as pixels on",
    measured: `roughness (0 smooth, 1 white noise) ${
      all.map((cell) => `${cell.nodes}: ${cell.roughness.toFixed(2)}`).join(", ")
    }`,
    verdict: wide.every((cell) => cell.roughness > 1.1 * small.roughness)
      ? "holds"
      : wide.every((cell) => cell.roughness < small.roughness)
      ? "fails: they are smoother"
      : "no clear difference",
  };
}

/** The width before which the accuracy rises most: the report's rule for the best model. */
function selection(cells: readonly AutoencoderCell[], claim: string, chosen: number): Judgement | undefined {
  const jumps = cells.slice(1).map((cell, i) => ({ cell, by: cell.accuracy.test - cells[i]!.accuracy.test }));
  const largest = jumps.toSorted((a, b) => b.by - a.by)[0];
  if (largest === undefined) return undefined;
  return {
    claim,
    words: `the rule "abrupt increase of the accuracy" chooses ${chosen} nodes`,
    measured: `the largest step is ${
      (100 * largest.by).toFixed(2).replace("-", "−")
    } points, to ${largest.cell.nodes}`,
    verdict: largest.cell.nodes === chosen ? "holds" : `chooses ${largest.cell.nodes} here`,
  };
}

export function chapter3Claims(
  numbers: ChapterNumbers,
  table: readonly PublishedRow[],
): readonly Judgement[] {
  const { cells } = numbers, common = widthClaims("A-C3", numbers, table);
  // The one row that a test error is printed of.
  const printed = table.find(({ test }) => test !== undefined),
    own = cells.find(({ nodes }) => nodes === printed?.nodes);
  const apart = cells.map((cell) => standardErrorsApart(cell));
  const judgements: readonly (Judgement | undefined)[] = [
    common.falls,
    {
      claim: "A-C3.2",
      words: "the error on the test set is higher than on the validation set",
      measured: `test minus validation in standard errors: ${
        cells.map(({ nodes }, i) => `${nodes}: ${apart[i]!.toFixed(1).replace("-", "−")}`).join(", ")
      }`,
      verdict: apart.every((value) => value > 2)
        ? "holds"
        : apart.some((value) => value > 2)
        ? "holds for some"
        : "fails: no difference beyond chance",
    },
    own && printed && oneModel(own, printed),
    common.errors,
    common.around,
    common.published,
    {
      claim: "A-C3.4",
      words: "too many hidden layers overfit or stop learning",
      measured: "the report has no experiment with more",
      verdict: "not judged",
    },
    selection(cells, "A-2.4", 64),
  ];
  return judgements.filter((one) => one !== undefined);
}

/** Whether the printed errors of the best model on the validation and the test set can be of one model. */
function oneModel(own: AutoencoderCell, { nodes, validation, test }: PublishedRow): Judgement {
  // Errors of single images spread in proportion to their mean, which is ours here and the report's there.
  const scale = validation / own.cleanMse.validation;
  const printed = standardErrorsApart(own, { validation, ...(test !== undefined && { test }) }) / scale;
  return {
    claim: "A-I.12",
    words:
      `the printed errors ${validation} (validation) and ${test} (test) are of one model of ${nodes} nodes`,
    measured: `${printed.toFixed(0)} standard errors apart; ours, ${own.mse.validation.toFixed(5)} and ${
      own.mse.test.toFixed(5)
    }: ${standardErrorsApart(own).toFixed(1).replace("-", "−")}`,
    verdict: Math.abs(printed) > 4 ? "fails: they are of two models" : "possible",
  };
}
