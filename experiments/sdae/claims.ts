/** The report's claims about the stacked autoencoder, each with what was measured and what follows. */
import type { RunSummary } from "../../src/runs/layout.ts";
import type { TrainedRun } from "../train_run.ts";
import type { LayerEpoch, Pretraining } from "./from.ts";
import { meanOf } from "./measures.ts";
import type { LayerSummary } from "./pretraining.ts";
import type { SdaeKind } from "./sdae.ts";

/** One of the two trainings that are compared. */
export interface Side {
  readonly kind: SdaeKind;
  readonly pretraining: Pretraining;
  readonly classifier: TrainedRun;
  /** Mean activation of each unit of each layer over the training images. */
  readonly activations: readonly Float64Array[];
  /** Of each weight image of the first layer; see `digitLikeness`. */
  readonly likeness: readonly number[];
}

export type Sides = Readonly<Record<SdaeKind, Side>>;

/** One part of a claim: what it says, what we measured, and what follows. */
export type Judgement = {
  /** `B-C2.4`. */
  readonly claim: string;
  readonly words: string;
  readonly measured: string;
  readonly verdict: "holds" | "fails";
};

/** A classifier reads at least so many reconstructions as it reads the originals: they are recognisable. */
const RECOGNISABLE = 0.9;
/** A weight image that correlates so strongly with some digit shows its outline; so many do where some do. */
const OUTLINE = 0.5, SOME = 0.01;
/** A curve has converged when this share of its fall is done. */
const FALL = 0.9;

/** The cost of a layer's last epoch, with its penalty. */
export function costOfLayer({ loss, penalty = 0 }: LayerSummary): number {
  return loss + penalty;
}

/** Epochs, between whole ones too, after which a share of the fall from the first epoch's cost to the last's is done. */
export function epochsOfFall(history: readonly LayerEpoch[], share = FALL): number {
  const costs = history.map(({ cost }) => cost), first = costs[0] ?? NaN, last = costs.at(-1) ?? NaN;
  const target = first - share * (first - last), at = costs.findIndex((cost) => cost <= target);
  if (at <= 0) return at + 1;
  const before = costs[at - 1]!;
  return at + (before - target) / (before - costs[at]!);
}

/** Mean test accuracy of some epochs from the end: of the last five, `of(0)`; of the five before, `of(1)`. */
function accuracyOf({ result: { history } }: TrainedRun, block: number): number {
  const accuracies = history.map(({ testAccuracy = NaN }) => testAccuracy),
    size = Math.min(5, accuracies.length >> 1);
  const end = accuracies.length - block * size;
  return meanOf(accuracies.slice(end - size, end));
}

/** Numbers of a run's summary that its experiment adds. */
export function reconstructionOf({ pretraining: { summary } }: Side) {
  return summary.reconstruction as { readonly meanSquaredError: number; readonly sharpness: number };
}

export function readingsOf(
  { classifier: { summary } }: { readonly classifier: { readonly summary: RunSummary } },
) {
  return summary.reconstructions as { readonly agreement: number; readonly accuracy: number };
}

/** Judges the claims of both sides; `noise` is the likeness to digits that images of noise have. */
export function judgements({ plain, sparse }: Sides, noise: readonly number[]): readonly Judgement[] {
  return [
    ...lossesByLayer(plain),
    ...reconstructions(plain),
    accuracyRises(plain),
    ...lossesBySide(plain, sparse),
    ...plain.pretraining.histories.map((_, i) => faster(plain, sparse, i)),
    ...plain.activations.map((_, i) => darker(plain, sparse, i)),
    outlines(plain, sparse, noise),
  ];
}

function judge(claim: string, words: string, measured: string, isSo: boolean): Judgement {
  return { claim, words, measured, verdict: isSo ? "holds" : "fails" };
}

function lossesByLayer({ pretraining: { layers } }: Side): readonly Judgement[] {
  if (layers.length < 3) return [];
  const [one, two, three] = layers.map(costOfLayer), excess = layers.map((layer) => layer.excess);
  const perValue = layers.map(({ excess, inputs }) => excess / inputs);
  return [
    judge(
      "B-C2.1",
      "layer 1 has the lowest loss, layer 2 the highest, layer 3 lies between",
      [one, two, three].map((loss) => loss!.toFixed(1)).join(", "),
      one! < three! && three! < two!,
    ),
    judge(
      "B-C2.1",
      "it is the width: what layer 1 loses beyond the entropy of its target is less than what the narrower layers lose",
      `excess ${excess.map((value) => value.toFixed(1)).join(", ")} nats; per value ${
        perValue.map((value) => value.toFixed(4)).join(", ")
      }`,
      Math.min(...excess) === excess[0] && Math.min(...perValue) === perValue[0],
    ),
  ];
}

function reconstructions(side: Side): readonly Judgement[] {
  const { sharpness } = reconstructionOf(side), { accuracy, agreement } = readingsOf(side);
  return [
    judge(
      "B-C2.2",
      "reconstructions are blurry",
      `differences of neighbouring pixels are ${percent(sharpness)} of the originals'`,
      sharpness < 1,
    ),
    judge(
      "B-C2.2",
      `reconstructions are recognisable: ${percent(RECOGNISABLE)} or more are read as their originals are`,
      `${percent(agreement)}; as the right digit ${percent(accuracy)}`,
      agreement >= RECOGNISABLE,
    ),
  ];
}

function accuracyRises({ classifier }: Side): Judgement {
  const last = accuracyOf(classifier, 0), before = accuracyOf(classifier, 1);
  return judge(
    "B-C2.3",
    "the test accuracy keeps rising to the end",
    `mean of the last epochs ${last.toFixed(4)}, of as many before ${before.toFixed(4)}`,
    last > before,
  );
}

function lossesBySide(plain: Side, sparse: Side): readonly Judgement[] {
  return plain.pretraining.layers.map((before, i) => {
    const after = sparse.pretraining.layers[i]!, [was, is] = [costOfLayer(before), costOfLayer(after)];
    const isHigher = i === 0;
    return judge(
      "B-C2.4",
      `with sparsity the cost of layer ${i + 1} is ${isHigher ? "higher" : "lower"}`,
      `${was.toFixed(1)} to ${is.toFixed(1)}; without the penalty ${after.loss.toFixed(1)}, ` +
        `and the entropy of the target ${before.targetEntropy.toFixed(1)} to ${
          after.targetEntropy.toFixed(1)
        }`,
      isHigher ? is > was : is < was,
    );
  });
}

function faster(plain: Side, sparse: Side, i: number): Judgement {
  const [was, is] = [plain, sparse].map(({ pretraining }) => epochsOfFall(pretraining.histories[i]!));
  return judge(
    "B-C2.5",
    `with momentum layer ${i + 1} converges faster: ${
      percent(FALL)
    } of the fall of its cost after fewer epochs`,
    `${was!.toFixed(1)} to ${is!.toFixed(1)} epochs`,
    is! < was!,
  );
}

function darker(plain: Side, sparse: Side, i: number): Judgement {
  const [was, is] = [plain, sparse].map(({ activations }) => meanOf(activations[i]!));
  return judge(
    "B-C2.6",
    `with sparsity layer ${i + 1} is less active`,
    `mean activation ${was!.toFixed(3)} to ${is!.toFixed(3)}`,
    is! < was!,
  );
}

function outlines(plain: Side, sparse: Side, noise: readonly number[]): Judgement {
  const shareOf = ({ likeness }: Side) => likeness.filter((one) => one >= OUTLINE).length / likeness.length;
  const [was, is] = [shareOf(plain), shareOf(sparse)];
  const means = [sparse.likeness, plain.likeness, noise].map((likeness) => meanOf(likeness).toFixed(3));
  return judge(
    "B-C2.7",
    `with sparsity some units of layer 1 show outlines of digits: ${
      percent(SOME)
    } or more, and more than without, ` +
      `correlate by ${OUTLINE} or more with a training image`,
    `${percent(is)} of the units, without sparsity ${percent(was)}; largest correlations in the mean ` +
      `${means[0]}, without sparsity ${means[1]}, of noise ${means[2]}`,
    is >= SOME && is > was,
  );
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))}%`;
}
