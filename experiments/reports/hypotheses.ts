/**
 * What the reports leave open, as questions with hypotheses: settings that may have been theirs, each judged by how well
 * it explains all printed numbers of the question.
 */
import { itemsOf, type NumberItem, numbersOf, type Wanted } from "./item.ts";
import { REPORTS } from "./mod.ts";

/** One reading of what a report did. */
export interface Hypothesis {
  readonly words: string;
  readonly wanted: Wanted;
}

export interface Question {
  /** On the command line: `vgd`. */
  readonly id: string;
  readonly words: string;
  /** Ids of printed numbers begin with one of these. */
  readonly explains: readonly string[];
  readonly hypotheses: readonly Hypothesis[];
}

type Change = NonNullable<Wanted["change"]>;

function readings(
  experiment: string,
  all: readonly (readonly [words: string, change: Change])[],
): readonly Hypothesis[] {
  return all.map(([words, change]) => ({ words, wanted: { experiment, change } }));
}

/** Runs that no rule stops. */
const ENDLESS = 100_000;

export const QUESTIONS: readonly Question[] = [{
  id: "vgd",
  words:
    "Full-batch descent: which activation, and was it stopped by a rule or by the clock after 31,625 epochs?",
  explains: ["A-1.3.2"],
  hypotheses: readings("q1-vgd", [
    ["ReLU, patience 15", {}],
    ["tanh, patience 15", { activation: "tanh" }],
    ["sigmoid, patience 15", { activation: "sigmoid" }],
    ["ReLU, patience 24", { patience: 24 }],
    ["ReLU, 31,625 epochs", { epochs: 31_625, patience: ENDLESS }],
    ["tanh, 31,625 epochs", { epochs: 31_625, patience: ENDLESS, activation: "tanh" }],
    ["sigmoid, 31,625 epochs", { epochs: 31_625, patience: ENDLESS, activation: "sigmoid" }],
  ]),
}, {
  id: "nag",
  words: "Nesterov's method: with momentum 0.9, or without any, as Keras is where it is not set?",
  explains: ["A-1.3.3"],
  hypotheses: readings("q1-nag", [
    ["momentum 0.9", { momentum: 0.9 }],
    ["momentum 0.5", { momentum: 0.5 }],
    ["no momentum", {}],
  ]),
}, {
  id: "rmsprop",
  words: "RMSProp: which rate, discount and momentum?",
  explains: ["A-1.3.4"],
  hypotheses: readings("q1-rmsprop", [
    ["0.001, ρ 0.99, momentum 0.9", {}],
    ["momentum 0", { momentum: 0 }],
    ["ρ 0.9", { rho: 0.9 }],
    ["ρ 0.9, momentum 0", { rho: 0.9, momentum: 0 }],
    ["rate 0.0001", { learningRate: 1e-4 }],
    ["rate 0.0001, momentum 0", { learningRate: 1e-4, momentum: 0 }],
    ["rate 0.0003", { learningRate: 3e-4 }],
    ["305 epochs", { epochs: 305, patience: ENDLESS }],
  ]),
}, {
  id: "activation",
  words: "Chapter 1: which activation of the hidden layers, by Adam's numbers?",
  explains: ["A-1.3.5"],
  hypotheses: readings("q1-adam", [
    ["ReLU", {}],
    ["tanh", { activation: "tanh" }],
    ["sigmoid", { activation: "sigmoid" }],
    ["ReLU, the same order in every epoch", { shuffle: false }],
    ["ReLU, ε as in Keras", { rawEpsilon: true }],
  ]),
}, {
  id: "noise",
  words: "Denoising with 20%: what becomes of a pixel that is hit, and how often is one?",
  explains: ["A-4"],
  hypotheses: readings("q4-denoising", [
    ["masking", {}],
    ["salt and pepper", { corruption: "salt_and_pepper" }],
    ["Gaussian 0.5", { corruption: "gaussian" }],
    ["Gaussian 0.2", { corruption: "gaussian", deviation: 0.2 }],
    ["masking 40%", { noise: 0.4 }],
    ["salt and pepper 40%", { noise: 0.4, corruption: "salt_and_pepper" }],
  ]),
}, {
  id: "convolution",
  words: "The convolutional network: with what the listing does unsaid, and with equal maxima as in Theano?",
  explains: ["B-1"],
  hypotheses: readings("cnn-sgd", [
    ["the first of equal maxima", {}],
    ["equal maxima share", { sharedTies: true }],
    ["as listed", { paperQuirks: true }],
    ["as listed, equal maxima share", { paperQuirks: true, sharedTies: true }],
    ["as listed, the same order in every epoch", { paperQuirks: true, shuffle: false }],
  ]),
}, {
  id: "stack",
  words: "The stack's layers: 12,000 or 60,000 images, and with what the listing does unsaid?",
  explains: ["B-2.N1"],
  hypotheses: readings("sdae-pretrain", [
    ["12,000 images", {}],
    ["12,000 images, as listed", { paperQuirks: true }],
    ["as listed, the same order in every epoch", { paperQuirks: true, shuffle: false }],
    ["60,000 images, as listed", { paperQuirks: true, full: true }],
  ]),
}, {
  id: "classifier",
  words: "The stack's classifier: 12,000 or 60,000 images, and with what the listing does unsaid?",
  explains: ["B-2.N2"],
  hypotheses: readings("sdae-classify", [
    ["12,000 images", {}],
    ["12,000 images, as listed", { paperQuirks: true }],
    ["60,000 images, as listed", { paperQuirks: true, full: true }],
  ]),
}];

/** The printed numbers of a question; each path once, times not. */
export function numbersToExplain({ explains, hypotheses: [first] }: Question): readonly NumberItem[] {
  const all = REPORTS.flatMap(({ sections }) =>
    sections.filter((one) => itemsOf(one).length > 0).flatMap(numbersOf)
  );
  const family = first!.wanted.experiment;
  const own = all.filter(({ id, rule, ours }) =>
    rule !== "time" && ours.experiment === family && explains.some((start) => id.startsWith(start))
  );
  return own.filter(({ number }, i) => own.findIndex((other) => other.number === number) === i);
}
