/** Report B, part A: a convolutional network trained by three methods, as data. */
import type { NumberItem, Section, TableItem, Wanted } from "../item.ts";
import { CONVOLUTION_CLAIMS } from "./convolution_claims.ts";
import { CONVOLUTION_FIGURES } from "./convolution_figures.ts";
import { wantedOf } from "./methods.ts";

const SGD = wantedOf("sgd");
const PLACE = "Section 1.3.2";
const COLUMNS = ["epochs to 96% on test", "test accuracy it ends at", "training cost at the end"];
/** Batches of an epoch without the short last one: 12,000 images, 128 each. */
const BATCHES = 93;

/** The three numbers of one sentence; `as` follows their ids. */
function numbersOf(ours: Wanted, { as = "", costScale = 1 } = {}): readonly NumberItem[] {
  const common = { kind: "number", place: PLACE, ours } as const;
  return [
    {
      ...common,
      id: `B-1.N1 epochs${as}`,
      words: "gradient descent, epochs until the test accuracy is 96% (“about 20”)",
      published: 20,
      digits: 0,
      about: 5,
      rule: "equal",
      number: "epochsTo96",
    },
    {
      ...common,
      id: `B-1.N1 accuracy${as}`,
      words: "gradient descent, test accuracy that is reached and kept: mean of the last ten epochs",
      published: 0.96,
      digits: 2,
      rule: "above",
      number: "levelAccuracy",
    },
    {
      ...common,
      id: `B-1.N1 cost${as}`,
      words: "gradient descent, training cost of the last epoch (“around 0.001”)",
      published: 0.001,
      digits: 4,
      about: 0.0005,
      rule: "equal",
      number: "running.loss",
      ...(costScale !== 1 && { scale: costScale }),
    },
  ];
}

const TABLES: readonly TableItem[] = [
  {
    name: "gradient_descent",
    place: PLACE,
    title: "Gradient descent: all numbers that are printed, read off a curve",
    columns: COLUMNS,
    rows: [{ label: "gradient descent", cells: numbersOf(SGD) }],
  },
  {
    name: "gradient_descent_as_listed",
    place: PLACE,
    title:
      "The same with what the printed listing does unsaid (--paper-quirks), since it printed the numbers: " +
      "no short last batch, and a zero in the mean of the costs",
    columns: COLUMNS,
    rows: [{
      label: "as listed",
      cells: numbersOf({ ...SGD, change: { paperQuirks: true } }, {
        as: " as listed",
        costScale: BATCHES / (BATCHES + 1),
      }),
    }],
  },
];

export const CONVOLUTION: Section = {
  id: "convolution",
  title: "Part A: a convolutional network",
  words: "15 maps of 9×9 and 20 of 5×5, each followed by max-pooling, then 100 units and ten digits: " +
    "27,860 parameters. 12,000 images train, 2,000 test. Three questions: plain descent with weight decay, " +
    "momentum 0.1, and RMSProp. That the accuracy reaches 96% is taken as a bound: it is what the curve comes to " +
    "after some twenty of a hundred epochs.",
  task: "cnn",
  tables: TABLES,
  figures: CONVOLUTION_FIGURES,
  claims: CONVOLUTION_CLAIMS,
  inconsistencies: [
    {
      id: "B-I.5",
      title: "One seed cannot tell",
      words: "2,000 test images leave a standard error of 0.4 points at 97%, and momentum 0.1 makes steps " +
        "1.11 times as large. To resolve a tenth of a point at the spread that seeds have takes " +
        "about a hundred seeds for each method; the report has one.",
    },
    {
      id: "B-1.6",
      title: "A zero in the mean",
      words: "The list of costs starts with a zero that its mean counts, so every printed cost is 93/94 " +
        "of what it was. `--paper-quirks` logs and draws it so too.",
    },
    {
      id: "B-1.5",
      title: "Test images move too",
      words:
        "The test set is shuffled with the training set each epoch, which changes nothing, and the last " +
        "training images that do not fill a batch are left out of each. `--paper-quirks` leaves them out too.",
    },
    {
      id: "B-1.7",
      title: "A momentum that does not grow",
      words:
        "The text has momentum begin at 0.1 and rise to 0.9 once large gradients are gone, the listing's " +
        "own default is 0.5, and the experiment stays at 0.1.",
    },
  ],
};
