/** Report B: a convolutional network, and a stacked denoising autoencoder. */
import type { FigureSpec, SectionSpec } from "./spec.ts";

const METHODS = [["cnn-sgd", "gradient descent"], ["cnn-momentum", "momentum"], [
  "cnn-rmsprop",
  "RMSProp",
]] as const;
/** Of each method: the figure of its curves, and those of the two test images and their maps. */
const PLACES = [["Figure 1", "Figures 2 to 5"], ["Figure 6", "Figures 7 to 10"], [
  "Figure 11",
  "Figures 12 to 15",
]] as const;

export const CONVOLUTION_SECTION: SectionSpec = {
  id: "convolution",
  title: "Part A: a convolutional network",
  words: "15 maps of 9×9 and 20 of 5×5, each followed by max-pooling, then 100 units and ten digits: " +
    "27,860 parameters. 12,000 images train, 2,000 test. Three questions: " +
    "plain descent with weight decay, momentum 0.1, and RMSProp.",
  tables: [{
    place: "Section 1.3",
    title: "Gradient descent: the only numbers that are printed, read off a curve",
    columns: ["epochs to 96% on test", "training cost at the end"],
    rows: [{
      label: "gradient descent",
      cells: [
        { published: 20, digits: 0, kind: "epochs", wanted: { experiment: "cnn-sgd", number: "epochsTo96" } },
        {
          published: 0.001,
          digits: 4,
          kind: "error",
          wanted: { experiment: "cnn-sgd", number: "running.loss" },
        },
      ],
    }],
    command: "deno task cnn-sgd",
  }],
  figures: [
    ...METHODS.flatMap(([experiment, name], i): FigureSpec[] => [
      {
        place: PLACES[i]![0],
        words: `${name}: test accuracy and training cost against epochs`,
        wanted: { experiment, anySettings: true },
        figures: ["accuracy", "loss"],
      },
      {
        place: PLACES[i]![1],
        words: `${name}: two test images and the maps that answer to them`,
        wanted: { experiment, anySettings: true },
        figures: ["feature_maps_"],
      },
    ]),
    {
      place: "Figures 16 and 17",
      words: "The three methods: test accuracy and training cost",
      wanted: { experiment: "cnn", anySettings: true },
      figures: ["comparison_"],
    },
  ],
  judge: "cnn",
  claims: [
    { id: "B-C1.1", words: "With plain descent a map of the second convolution stays black for an image." },
    { id: "B-C1.2", words: "With RMSProp no kernel is dead." },
    {
      id: "B-C1.3",
      words:
        "Momentum beats plain descent in test accuracy and converges earlier; training costs do not differ.",
    },
    { id: "B-C1.4", words: "RMSProp is best in accuracy, convergence and cost." },
    {
      id: "B-C1.5",
      words: "RMSProp, then momentum, then plain descent; all quite close, because the set is small.",
    },
    { id: "B-C1.6", words: "Pooled maps do not change when an image is moved (no experiment is shown)." },
  ],
  inconsistencies: [
    {
      title: "One seed cannot tell",
      words: "2,000 test images leave a standard error of 0.4 points at 97%, and momentum 0.1 makes steps " +
        "1.11 times as large. To resolve a tenth of a point at the spread that seeds have takes " +
        "about a hundred seeds for each method; the report has one.",
    },
    {
      title: "A zero in the mean",
      words: "The list of costs starts with a zero that its mean counts, so every printed cost is 93/94 " +
        "of what it was. `--paper-quirks` does the same.",
    },
    {
      title: "Test images move too",
      words: "The test set is shuffled with the training set each epoch, and the last images that do not " +
        "fill a batch are dropped from both.",
    },
  ],
};

function layerFigures(
  experiment: string,
  words: string,
  places: readonly string[],
  parts: readonly string[],
): readonly FigureSpec[] {
  return places.map((place, i) => ({
    place,
    words: `${words}: ${LAYER_FIGURES[i]!}`,
    wanted: { experiment, anySettings: true },
    figures: [parts[i]!],
  }));
}

const LAYER_FIGURES = [
  "learning curve of each layer",
  "weights of each layer as images",
  "images and their reconstructions",
  "activations of the layers",
] as const;
const LAYER_NAMES = ["learning_curve", "weights", "reconstructions", "activations"];

export const STACKED_SECTION: SectionSpec = {
  id: "stacked",
  title: "Part B: a stacked denoising autoencoder",
  words: "Three layers, 900, 625 and 400, with tied weights, each trained to restore the codes of the " +
    "one below from a tenth of them masked; then a softmax on top and training of all; then the " +
    "same with " +
    "momentum and a penalty for codes that are not sparse.",
  tables: [{
    place: "Sections 2.3 and 2.4",
    title: "The numbers that are printed",
    columns: ["ours and printed"],
    rows: [
      {
        label: "loss of layer 1, 25 epochs",
        cells: [{
          published: 60,
          digits: 1,
          kind: "error",
          wanted: { experiment: "sdae-pretrain", number: "layers.1.loss" },
        }],
      },
      {
        label: "loss of layer 2 (“above 400”)",
        cells: [{
          published: 400,
          digits: 0,
          kind: "error",
          wanted: { experiment: "sdae-pretrain", number: "layers.2.loss" },
        }],
      },
      {
        label: "test accuracy after fine-tuning",
        cells: [{
          published: 0.911,
          digits: 3,
          kind: "share",
          images: 2000,
          wanted: { experiment: "sdae-classify", number: "test.accuracy" },
        }],
      },
    ],
    command: "deno task sdae",
  }],
  figures: [
    ...layerFigures("sdae-pretrain", "plain layers", [
      "Figures 20 to 22",
      "Figures 23 to 25",
      "Figure 26",
      "Figures 27 to 29",
    ], LAYER_NAMES),
    {
      place: "Figure 30",
      words: "Fine-tuning: training cost and test accuracy",
      wanted: { experiment: "sdae-classify", anySettings: true },
      figures: ["loss", "accuracy"],
    },
    ...layerFigures("sdae-sparse-pretrain", "sparse layers", [
      "Figures 31 to 33",
      "Figures 34 to 36",
      "Figure 37",
      "Figures 38 to 40",
    ], LAYER_NAMES),
    {
      place: "Figure 41",
      words: "Fine-tuning of the sparse layers: training cost and test accuracy",
      wanted: { experiment: "sdae-sparse", anySettings: true },
      figures: ["loss", "accuracy"],
    },
  ],
  judge: "sdae",
  claims: [
    {
      id: "B-C2.1",
      words: "Layer 1 has the lowest loss because it is wider than its input, layer 2 the highest, layer " +
        "3 lies between.",
    },
    { id: "B-C2.2", words: "Reconstructions are blurry, but can be recognised." },
    { id: "B-C2.3", words: "The accuracy of fine-tuning is still rising after 25 epochs." },
    {
      id: "B-C2.4",
      words: "With sparsity the losses of layers 2 and 3 are lower, that of layer 1 a little higher.",
    },
    { id: "B-C2.5", words: "Thanks to momentum, the sparse layers converge much faster." },
    { id: "B-C2.6", words: "Activations are darker: sparser." },
    { id: "B-C2.7", words: "Weight images show rough outlines of digits." },
  ],
  inconsistencies: [
    {
      title: "How many images?",
      words: "The size of the training set of Part B is not printed. A loss of about 60 after 25 epochs " +
        "is what the updates of 12,000 images give; with 60,000 it would end clearly lower.",
    },
    {
      title: "Losses of different scales",
      words: "The losses of the layers are sums over 784, 900 and 625 values, and targets of layers 2 and " +
        "3 are between 0 and 1, with an entropy of their own below which no loss can fall. What can " +
        "be compared is the excess over that entropy.",
    },
    {
      title: "Noise that stays on",
      words: "The printed listing encodes corrupted images everywhere, for training, reconstruction and " +
        "testing alike. `--paper-quirks` does the same; otherwise ours are clean where nothing is " +
        "trained.",
    },
    {
      title: "Other slips",
      words: "A hidden layer of 625 is called one of 600; a reference to Figure 18 means Figure 34; of a " +
        "hundred digits of Figure 37, seven are reconstructed as another digit, of Figure 26 none.",
    },
  ],
};
