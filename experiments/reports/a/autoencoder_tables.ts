/** The numbers of Report A's chapters 2 and 3, and which of our runs stand beside them. */
import type { NumberItem, TableItem } from "../item.ts";
import type { Printed } from "./printed.ts";
import {
  AROUND,
  KEY_POINTS_2,
  KEY_POINTS_3,
  type PrintedWidth,
  TABLE_2_1,
  TABLE_3_1,
} from "./printed_autoencoders.ts";
import { IMAGES, type WidthExperiment, widthRuns } from "./runs.ts";

/** A number of an autoencoder or its classifier, all but where it is printed. */
type Kind = Pick<NumberItem, "rule" | "number" | "images">;

const KINDS = {
  seconds: { rule: "time", number: "reconstruction.seconds" },
  train: { rule: "equal", number: "reconstruction.train.mse" },
  validation: { rule: "equal", number: "reconstruction.validation.mse" },
  test: { rule: "equal", number: "reconstruction.test.mse" },
  accuracy: { rule: "equal", number: "classifier.test.accuracy", images: IMAGES.test },
  epochs: { rule: "equal", number: "classifier.epochs" },
  autoencoderEpochs: { rule: "equal", number: "reconstruction.epochs" },
} as const satisfies Readonly<Record<string, Kind>>;

interface Placed {
  readonly id: string;
  readonly place: string;
  readonly words: string;
  readonly ours: NumberItem["ours"];
  readonly about?: number;
  readonly doubt?: string;
}

function item(placed: Placed, value: Printed, kind: Kind): NumberItem {
  return { kind: "number", ...placed, ...value, ...kind };
}

function widthTable(
  number: string,
  name: string,
  { experiment, title, lines }: {
    readonly experiment: WidthExperiment;
    readonly title: string;
    readonly lines: readonly PrintedWidth[];
  },
): TableItem {
  const place = `Table ${number}`;
  const columns = [
    ["train", "mean squared error, training"],
    ["validation", "mean squared error, validation"],
    ["accuracy", "accuracy of the classifier of the codes, test"],
    ["epochs", "epochs of the classifier"],
  ] as const;
  return {
    name,
    place,
    title,
    columns: ["MSE, training", "MSE, validation", "accuracy on codes, test", "epochs"],
    rows: lines.map((line) => ({
      label: `${line.nodes.toLocaleString("en")} nodes`,
      cells: columns.map(([key, words]) =>
        item(
          {
            id: `A-T${number} ${line.nodes} ${key}`,
            place,
            words: `${line.nodes.toLocaleString("en")} nodes, ${words}`,
            ours: widthRuns(experiment, line.nodes),
          },
          line[key],
          KINDS[key],
        )
      ),
    })),
  };
}

/** The text on the model called best, a line per number. */
function keyPoints(
  prefix: string,
  place: string,
  { name, points }: {
    readonly name: string;
    readonly points: readonly {
      /** Ends the id. */
      readonly key: string;
      readonly label: string;
      readonly value: Printed;
      readonly kind: Kind;
      readonly doubt?: string;
    }[];
  },
): TableItem {
  const ours = widthRuns(prefix === "A-2.3" ? "q2-autoencoder" : "q3-autoencoder");
  return {
    name,
    place,
    title: "The model called best, 64 nodes",
    columns: ["64 nodes"],
    rows: points.map(({ key, label, value, kind, doubt }) => ({
      label,
      cells: [
        item(
          {
            id: `${prefix} ${key}`,
            place,
            words: `the best model, 64 nodes: ${label}`,
            ours,
            ...(doubt !== undefined && { doubt }),
          },
          value,
          kind,
        ),
      ],
    })),
  };
}

function aroundTable(
  [early, late]: readonly [string, string],
  name: string,
  experiment: WidthExperiment,
): TableItem {
  const place = `Sections ${early} and ${late}`;
  return {
    name,
    place,
    title: "Numbers in the prose",
    columns: ["validation", "test"],
    rows: [{
      label: "accuracy “around 97%”",
      cells: (["validation", "test"] as const).map((set) =>
        item(
          {
            id: `A-${late} around ${set}`,
            place,
            words: `classifier of the codes of 64 nodes, ${set} accuracy “around 97%”`,
            ours: widthRuns(experiment),
          },
          AROUND,
          { rule: "equal", number: `classifier.${set}.accuracy`, images: IMAGES[set] },
        )
      ),
    }],
  };
}

const ERRORS = [
  { key: "train", label: "mean squared error, training" },
  { key: "validation", label: "mean squared error, validation" },
] as const;

/** Chapter 2, in the order in which they are printed. */
export const ONE_LAYER_TABLES: readonly TableItem[] = [
  widthTable("2.1", "widths_one_layer", {
    experiment: "q2-autoencoder",
    title: "One hidden layer: reconstruction and classification by width",
    lines: TABLE_2_1,
  }),
  keyPoints("A-2.3", "Section 2.2.1.5", {
    name: "best_one_layer",
    points: [
      { key: "seconds", label: "seconds to converge", value: KEY_POINTS_2.seconds, kind: KINDS.seconds },
      {
        key: "epochs",
        label: "epochs to converge",
        value: KEY_POINTS_2.epochs,
        kind: KINDS.autoencoderEpochs,
        doubt:
          "The counts of Table 2.1, this one among them, shrink with the width as a classifier’s do, and " +
          "Table 3.1 says that its own are the classifier’s.",
      },
      ...ERRORS.map(({ key, label }) => ({ key, label, value: KEY_POINTS_2[key], kind: KINDS[key] })),
      { key: "test", label: "mean squared error, test", value: KEY_POINTS_2.test, kind: KINDS.test },
      {
        key: "accuracy",
        label: "accuracy of the classifier of the codes",
        value: KEY_POINTS_2.accuracy,
        kind: KINDS.accuracy,
        doubt: "Table 2.1 prints 96.68% for 64 nodes; 96.63% is its number for 256.",
      },
    ],
  }),
  aroundTable(["2.2.2", "2.2.4"], "prose_one_layer", "q2-autoencoder"),
];

/** Chapter 3, in the order in which they are printed. */
export const THREE_LAYER_TABLES: readonly TableItem[] = [
  keyPoints("A-3.3", "Section 3.2.2.4", {
    name: "best_three_layers",
    points: [
      { key: "seconds", label: "seconds to converge", value: KEY_POINTS_3.seconds, kind: KINDS.seconds },
      { key: "epochs", label: "epochs of the classifier", value: KEY_POINTS_3.epochs, kind: KINDS.epochs },
      ...ERRORS.map(({ key, label }) => ({ key, label, value: KEY_POINTS_3[key], kind: KINDS[key] })),
      {
        key: "test",
        label: "mean squared error, test",
        value: KEY_POINTS_3.test,
        kind: KINDS.test,
        doubt:
          "It is some thirty standard errors above the printed error on as many validation images, and at " +
          "the level of the network with 32 nodes: the number is of another model.",
      },
    ],
  }),
  widthTable("3.1", "widths_three_layers", {
    experiment: "q3-autoencoder",
    title: "Three hidden layers: reconstruction and classification by width",
    lines: TABLE_3_1,
  }),
  aroundTable(["3.2.3", "3.2.5"], "prose_three_layers", "q3-autoencoder"),
];
