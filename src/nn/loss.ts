/** What a loss is: one number per row of a batch. Their mean over the real rows is what training lowers. */
import type { Node } from "../ir/node.ts";

/** What a loss may look at. */
export interface LossInputs {
  /** What the model gives: [rows, …]; of several outputs the first. */
  readonly output: Node;
  /** All that it gives, by name. */
  readonly outputs: Readonly<Record<string, Node>>;
  /** Class indices, u32 [rows], or values, [rows, …]; absent where the loss compares with the inputs. */
  readonly targets?: Node;
  /** The batch that the model was given, inputs or codes: [rows, …]. */
  readonly x: Node;
}

/** What training lowers, as `crossEntropy()` and the like give it; one of your own is such an object. */
export interface Loss {
  /** What it is called in messages and checkpoints: with other settings it has another name. */
  readonly name: string;
  /** What the output is compared with: the targets, which are class indices or values, or what the model was given. */
  readonly compares: "classes" | "values" | "inputs";
  /** Where the numbers that it compares with must lie: what is outside has no meaning to it. */
  readonly within?: readonly [least: number, most: number];
  /** Node with the loss of each row: [rows]. */
  rows(inputs: LossInputs): Node;
  /** Node with 1 for each row that is right, else 0, or a share: [rows]. Left out where nothing is right or wrong. */
  correct?(inputs: LossInputs): Node;
  /** What training lowers besides the mean of the rows' losses; it is told apart from that mean. */
  penalties?(inputs: PenaltyInputs): readonly Penalty[];
  /** Weight of each class in the losses of its rows: what a mean is divided by, is the sum of these over its rows. */
  readonly classWeights?: readonly number[];
  /** It says itself how many targets its outputs take. Default: as many as the first output gives. */
  readonly isOfOutputs?: boolean;
  /** Rows of this class do not count. */
  readonly ignore?: number;
  /** What it is a sum of, each of which must be able to compare. */
  readonly parts?: readonly Loss[];
  /** Leaves of its graph that are written once, with their values. */
  readonly constants?: ReadonlyMap<Node, ArrayLike<number>>;
}

/** What a penalty may look at: a batch in training. */
export interface PenaltyInputs {
  /** What each layer of the model gives, by its name: [rows, …]. */
  readonly layers: ReadonlyMap<string, Node>;
  /** The share of each row in a mean over the real rows of the batch: [rows]. */
  readonly rowWeights: Node;
}

/** `weight` times the sum of the elements of `value`, a vector. */
export interface Penalty {
  /** What is to stay small, such as one number for each unit. */
  readonly value: Node;
  /** What its sum is multiplied by. */
  readonly weight: number;
}

/** A loss that knows right from wrong: there are accuracies. */
export type LossWithAccuracy = Loss & Required<Pick<Loss, "correct">>;

/** One that does, of classes: there is a report of each class too. */
export type ClassifierLoss = LossWithAccuracy & { readonly compares: "classes" };

/** A name that tells losses with other settings apart: a training goes on with the same one alone. */
export function describeLoss(name: string, options: object): string {
  const settings = Object.entries(options).filter(([, value]) => value !== undefined);
  return settings.length === 0 ? name : `${name} ${JSON.stringify(Object.fromEntries(settings))}`;
}
