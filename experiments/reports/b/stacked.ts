/** Report B, part B: a stacked denoising autoencoder without and with sparsity, as data. */
import type { NumberItem, Section, TableItem, Wanted } from "../item.ts";
import { STACKED_CLAIMS } from "./stacked_claims.ts";
import { STACKED_FIGURES } from "./stacked_figures.ts";
import { asListed, CLASSIFY, PRETRAIN, SPARSE } from "./stacked_runs.ts";

/** Rows of both tables; `as` follows the ids, `of` leads from the plain settings to those that answer. */
function rowsOf(as: string, of: (wanted: Wanted) => Wanted): TableItem["rows"] {
  const number = (
    label: string,
    { ours, ...item }: Omit<NumberItem, "kind" | "rule"> & Partial<Pick<NumberItem, "rule">>,
  ) => ({
    label,
    cells: [{ kind: "number", rule: "equal", ...item, id: `${item.id}${as}`, ours: of(ours) } as const],
  });
  return [
    number("loss of layer 1", {
      id: "B-2.N1 layer 1",
      place: "Section 2.3.2",
      words: "loss of layer 1 in nats per image, last of 25 epochs (“around 60”)",
      published: 60,
      digits: 0,
      about: 5,
      ours: PRETRAIN,
      number: "layers.1.loss",
    }),
    number("loss of layer 2", {
      id: "B-2.N1 layer 2",
      place: "Section 2.3.2",
      words: "loss of layer 2 in nats per image, last of 25 epochs (“above 400”)",
      published: 400,
      digits: 0,
      rule: "above",
      ours: PRETRAIN,
      number: "layers.2.loss",
    }),
    number("test accuracy after fine-tuning", {
      id: "B-2.N2",
      place: "Section 2.4.2",
      words: "question 2, test accuracy of the last epoch",
      published: 0.911,
      digits: 3,
      images: 2000,
      ours: CLASSIFY,
      number: "test.accuracy",
    }),
    number("reconstructions that keep their digit", {
      id: "B-F26 digits",
      place: "Figure 26",
      words:
        "question 1, share of the hundred shown test images whose reconstruction looks like the same digit; " +
        "ours: of all 2,000, as the classifier of question 2 reads them",
      published: 1,
      digits: 2,
      images: 100,
      ours: CLASSIFY,
      number: "reconstructions.agreement",
    }),
    number("the same with sparsity", {
      id: "B-F37 digits",
      place: "Figure 37",
      words:
        "question 3, share of the hundred shown test images whose reconstruction looks like the same digit; " +
        "ours: of all 2,000, as the classifier of question 3 reads them",
      published: 0.93,
      digits: 2,
      images: 100,
      ours: SPARSE,
      number: "reconstructions.agreement",
    }),
  ];
}

const COLUMNS = ["ours"];

const TABLES: readonly TableItem[] = [
  {
    name: "numbers",
    place: "Sections 2.3 to 2.5",
    title: "The numbers that are printed or can be counted; losses in nats per image",
    columns: COLUMNS,
    rows: rowsOf("", (wanted) => wanted),
  },
  {
    name: "numbers_as_listed",
    place: "Sections 2.3 to 2.5",
    title:
      "The same with what the printed listing does unsaid (--paper-quirks), since it printed the numbers: " +
      "images stay corrupted where nothing is trained, and there is no short last batch",
    columns: COLUMNS,
    rows: rowsOf(" as listed", asListed),
  },
];

export const STACKED: Section = {
  id: "stacked",
  title: "Part B: a stacked denoising autoencoder",
  words: "Three layers, 900, 625 and 400, with tied weights, each trained to restore the codes of the " +
    "one below from a tenth of them masked; then a softmax on top and training of all; then the " +
    "same with momentum and a penalty for codes that are not sparse. The first table is the yardstick of our " +
    "reading of the text; the second of the listing that printed the numbers.",
  task: "sdae",
  tables: TABLES,
  figures: STACKED_FIGURES,
  claims: STACKED_CLAIMS,
  overview: async (found) => (await import("./stacked_overview.ts")).stackedOverview(found),
  inconsistencies: [
    {
      id: "B-I.1",
      title: "How many images?",
      words: "The size of the training set of Part B is not printed. A loss of about 60 after 25 epochs " +
        "is what the updates of 12,000 images give; with 60,000 it would end clearly lower. 91.1% is a whole " +
        "number of images of 2,000 and of 10,000.",
    },
    {
      id: "B-I.2",
      title: "Noise that stays on",
      words: "The printed listing encodes corrupted images everywhere, for training, reconstruction and " +
        "testing alike. `--paper-quirks` does the same; otherwise ours are clean where nothing is " +
        "trained.",
    },
    {
      id: "B-I.3",
      title: "A listing that would not run",
      words:
        "It notes an error for each batch and draws them against 25 epochs, which are fewer; what drew the " +
        "curves must have noted one for each epoch. The functions that make initial weights are not printed, " +
        "and the last, short batch is left out unsaid.",
    },
    {
      id: "B-I.4 scales",
      title: "Losses of different scales",
      words: "The losses of the layers are sums over 784, 900 and 625 values, and targets of layers 2 and " +
        "3 are between 0 and 1, with an entropy of their own below which no loss can fall. What can " +
        "be compared is the excess over that entropy. So with sparsity: sparse codes have less entropy, and the " +
        "losses that restore them are lower for that alone.",
    },
    {
      id: "B-I.4 digits",
      title: "Digits that change",
      words:
        "Of the hundred digits of Figure 37, seven are reconstructed as another digit (9 and 8 as 1, 2 as 7, " +
        "twice 8 as 6, 6 as 0, 4 as 1), of Figure 26 none; the text calls both a bit blurred and recognisable.",
    },
    {
      id: "B-I.4 slips",
      title: "Other slips",
      words:
        "A hidden layer of 625 is called one of 600; a reference to Figure 18 means Figure 34; “rains” are " +
        "ravines, “a bit blue” is a bit blurred, and the notes of Part A speak of “Part 1”.",
    },
  ],
};
