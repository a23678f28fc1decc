/** The experiments there are, as the Home page shows them: where they belong, and how each is started. */
import type { Topic } from "../components/types.ts";

/** What makes one run of an experiment better than another, and the curve that stands for it. */
export interface Measure {
  /** Path in `summary.json`: `validation.accuracy`. */
  readonly number: string;
  readonly label: string;
  readonly better: "higher" | "lower";
}

export interface Experiment {
  /** Name of its task. */
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /** Chapter or part of its report. */
  readonly place: string;
  /** Names of runs that its task makes besides. */
  readonly parts?: readonly string[];
  /** In order of preference: the first that a run has counts. */
  readonly measures: readonly Measure[];
}

export interface Question {
  readonly title: string;
  readonly about: string;
  readonly experiments: readonly Experiment[];
}

export interface Report {
  /** In addresses. */
  readonly id: "a" | "b";
  readonly title: string;
  readonly subtitle: string;
  readonly questions: readonly Question[];
}

const VALIDATION: Measure = { number: "validation.accuracy", label: "validation accuracy", better: "higher" };
const TEST: Measure = { number: "test.accuracy", label: "test accuracy", better: "higher" };
const CODES: Measure = {
  number: "classifier.test.accuracy",
  label: "test accuracy on codes",
  better: "higher",
};
const RECONSTRUCTION: Measure = {
  number: "reconstruction.test.mse",
  label: "reconstruction error, test",
  better: "lower",
};
const TEST_LOSS: Measure = { number: "test.loss", label: "test loss", better: "lower" };

function optimizer(name: string, title: string, section: string, about: string): Experiment {
  return { name: `q1-${name}`, title, about, place: section, measures: [VALIDATION] };
}

function encoder(name: string, title: string, place: string, about: string): Experiment {
  return { name, title, about, place, measures: [CODES, RECONSTRUCTION, TEST, TEST_LOSS] };
}

function convolution(name: string, title: string, place: string, about: string): Experiment {
  return { name, title, about, place, measures: [TEST] };
}

/** In the order of the reports. */
export const REPORTS: readonly Report[] = [{
  id: "a",
  title: "Report A",
  subtitle: "Optimizers and autoencoders",
  questions: [{
    title: "Five optimizers",
    about:
      "The same small network, 784-30-20-10-5, on the digits 0, 2, 4, 6 and 7. What does the optimizer change?",
    experiments: [
      optimizer(
        "sgd",
        "Stochastic gradient descent",
        "1.3.1",
        "One image per update: noisy, and few epochs.",
      ),
      optimizer(
        "vgd",
        "Full-batch gradient descent",
        "1.3.2",
        "One update per epoch: smooth, and very many of them.",
      ),
      optimizer(
        "nag",
        "Nesterov’s accelerated gradient",
        "1.3.3",
        "32 images per update, and, as its numbers tell, without momentum: plain descent.",
      ),
      optimizer("rmsprop", "RMSProp", "1.3.4", "Steps scaled by the recent size of each gradient."),
      optimizer("adam", "Adam", "1.3.5", "Momentum and scaling together."),
      {
        name: "q1",
        title: "All five, on four architectures",
        about: "The twenty trainings behind the three tables of the chapter.",
        place: "1.2",
        measures: [],
      },
    ],
  }, {
    title: "Autoencoders with one hidden layer",
    about: "784-h-784: how much of a digit fits into h numbers, and do they still tell which digit it was?",
    experiments: [
      encoder("q2-autoencoder", "One width", "2", "Trains one autoencoder, then a classifier on its codes."),
      encoder("q2", "Seven widths", "2, Table 2.1", "From 32 to 1,024 codes, beside PCA with as many."),
    ],
  }, {
    title: "Autoencoders with three hidden layers",
    about: "784-256-h-256-784: does depth buy a better code?",
    experiments: [
      encoder("q3-autoencoder", "One width", "3", "Trains one autoencoder, then a classifier on its codes."),
      encoder("q3", "Five widths", "3, Table 3.1", "From 32 to 512 codes."),
    ],
  }, {
    title: "Denoising",
    about: "Part of the pixels is taken away, anew in each epoch; the clean image is wanted back.",
    experiments: [
      encoder("q4-denoising", "One share of noise", "4", "784-64-784 on images with noise."),
      encoder("q4", "20% and 40%", "4", "Both shares of the report, side by side."),
    ],
  }],
}, {
  id: "b",
  title: "Report B",
  subtitle: "Convolution, and stacked denoising autoencoders",
  questions: [{
    title: "A convolutional network, three methods",
    about: "15 and 20 maps, 100 units, ten digits. Plain descent, momentum, or RMSProp?",
    experiments: [
      convolution("cnn-sgd", "Gradient descent", "Part A, Q1", "Mini-batches of 128 with weight decay."),
      convolution("cnn-momentum", "Momentum", "Part A, Q2", "The same with momentum 0.1."),
      convolution(
        "cnn-rmsprop",
        "RMSProp",
        "Part A, Q3",
        "Learning rate 0.001, decay apart from the gradient.",
      ),
      convolution(
        "cnn",
        "The three compared",
        "Part A, Figures 16 and 17",
        "Several seeds each: who wins, and how surely.",
      ),
    ],
  }, {
    title: "A stacked denoising autoencoder",
    about: "784-900-625-400, layer by layer, then fine-tuned to classify.",
    experiments: [
      encoder(
        "sdae-pretrain",
        "Pre-training",
        "Part B, Q1",
        "Each layer learns to restore the codes below it.",
      ),
      encoder(
        "sdae-classify",
        "Classification",
        "Part B, Q2",
        "A softmax on top; all layers are trained on.",
      ),
      {
        ...encoder("sdae-sparse", "Sparsity and momentum", "Part B, Q3", "Codes that are seldom active."),
        parts: ["sdae-sparse-pretrain"],
      },
      encoder("sdae", "All three", "Part B", "One after another, with the report’s comparisons."),
    ],
  }],
}];

const PLACED = REPORTS.flatMap((report) =>
  report.questions.flatMap((question) =>
    question.experiments.map((experiment) => ({ report, question, experiment }))
  )
);

/** An experiment by its name, and where it belongs; `undefined` for those of other people. */
export function findExperiment(name: string) {
  return PLACED.find(({ experiment }) => experiment.name === name || experiment.parts?.includes(name));
}

/** What a page calls the experiment. */
export function topicOf(name: string): Topic | null {
  const found = findExperiment(name);
  if (found === undefined) return null;
  const { report, question, experiment } = found;
  return {
    title: experiment.title,
    place: `${report.title}, ${experiment.place}`,
    about: `${question.title}. ${experiment.about}`,
  };
}
