/** What the pre-trained layers of Report B say of its claims: their losses, how fast they come, their activations, their weights. */
import type { RunFacts } from "../../../src/runs/facts.ts";
import type { FindRuns, Wanted } from "../item.ts";
import { judgeEach, judgeLarger, type Judgement, overRuns } from "../statistics.ts";
import { adding, larger, less, listed, type Measure, numberAt, valuesOf } from "./numbers.ts";
import { NO_MOMENTUM, PRETRAIN, SPARSE_PRETRAIN } from "./stacked_runs.ts";

/** "Some rough outlines": of the hundred units that the report shows, at least one. */
const SOME = 1 / 100;
/** "Drops a lot": to less than half. */
const A_LOT = 1 / 2;

const LAYERS = [1, 2, 3] as const;
const NATS = { digits: 1, unit: " nats" } as const;
const NATS_PER_VALUE = { digits: 4, unit: " nats per value" } as const;
const EPOCHS = { digits: 1, unit: " epochs" } as const;

function lossOf(layer: number): Measure {
  return numberAt(`layers.${layer}.loss`);
}

/** What a layer's curve ends at: the loss, and the penalty where there is one. */
function costOf(layer: number): Measure {
  return ({ numbers }) => {
    const loss = numbers[`layers.${layer}.loss`];
    return loss === undefined ? undefined : loss + (numbers[`layers.${layer}.penalty`] ?? 0);
  };
}

/** What a layer loses beyond the entropy of its target, for each value that it restores. */
function excessPerValue(layer: number): Measure {
  return ({ numbers }) => {
    const excess = numbers[`layers.${layer}.excess`];
    const inputs = numbers[`layers.${layer}.inputs`];
    return excess === undefined || inputs === undefined ? undefined : excess / inputs;
  };
}

/** Epochs after which 90% of the fall of a layer's curve is done: of its cost, where it has a penalty. */
function fallOf(layer: number): Measure {
  return ({ numbers }) =>
    numbers[`curves.layer ${layer}.cost.fall90`] ?? numbers[`curves.layer ${layer}.loss.fall90`];
}

/** A number of each layer in the mean over runs: `59.8 ± 0.1, 383.2 ± 0.8, 150.5 ± 3.0`. */
function eachLayer(runs: readonly RunFacts[], member: string, digits: number): string {
  return LAYERS.map((layer) => overRuns(runs, `layers.${layer}.${member}`, digits)).join(", ");
}

/** Layer 1 below layer 3 below layer 2; and whether it is so, too, in what the widths would explain. */
export function lossesByLayer(find: FindRuns): readonly Judgement[] {
  const runs = find(PRETRAIN);
  const losses = valuesOf(runs, less(lossOf(3), lossOf(1)));
  const excess = valuesOf(runs, less(excessPerValue(3), excessPerValue(1)));
  const words =
    "it is the width: for each value, layer 3 loses more than layer 1 beyond the entropy of its target";
  return [
    adding(
      judgeLarger("layer 3's loss is above layer 1's", losses, NATS),
      () => `losses ${eachLayer(runs, "loss", 1)}`,
    ),
    judgeLarger("layer 2's loss is above layer 3's", valuesOf(runs, less(lossOf(2), lossOf(3))), NATS),
    adding(
      judgeLarger(words, excess, NATS_PER_VALUE),
      () => `entropies of the targets ${eachLayer(runs, "targetEntropy", 1)}`,
    ),
    judgeLarger(
      "and layer 2 more than layer 3",
      valuesOf(runs, less(excessPerValue(2), excessPerValue(3))),
      NATS_PER_VALUE,
    ),
  ];
}

export function thirdLayer(find: FindRuns): readonly Judgement[] {
  const runs = find(PRETRAIN);
  const half: Measure = (run) => {
    const loss = lossOf(2)(run);
    return loss === undefined ? undefined : A_LOT * loss;
  };
  const drop = valuesOf(runs, less(half, lossOf(3)));
  const above = valuesOf(runs, less(lossOf(3), lossOf(1)));
  return [
    judgeLarger("layer 3's loss drops a lot: it is below half of layer 2's; below by", drop, NATS),
    judgeLarger("it is still high: above layer 1's; above by", above, NATS),
  ];
}

export function lossesBySparsity(find: FindRuns): readonly Judgement[] {
  const higher = { more: SPARSE_PRETRAIN, fewer: PRETRAIN, shown: NATS };
  const lower = (layer: number) => {
    const path = `layers.${layer}.targetEntropy`;
    const judged = larger(find, {
      words: `with sparsity layer ${layer}'s cost is lower, by`,
      more: PRETRAIN,
      fewer: SPARSE_PRETRAIN,
      measure: costOf(layer),
      shown: NATS,
    });
    return adding(
      judged,
      () =>
        `the entropy of its target was ${overRuns(find(PRETRAIN), path, 1)} and is ${
          overRuns(find(SPARSE_PRETRAIN), path, 1)
        }`,
    );
  };
  return [
    larger(find, { ...higher, words: "with sparsity layer 1's cost is higher, by", measure: costOf(1) }),
    larger(find, {
      ...higher,
      words: "its input is harder to restore: without the penalty its loss is higher too, by",
      measure: lossOf(1),
    }),
    lower(2),
    lower(3),
  ];
}

export function converging(find: FindRuns): readonly Judgement[] {
  const faster = (words: string, slow: Wanted) =>
    LAYERS.map((layer) => {
      const judged = larger(find, {
        words: `${words} layer ${layer} has done 90% of its fall earlier, by`,
        more: slow,
        fewer: SPARSE_PRETRAIN,
        measure: fallOf(layer),
        shown: EPOCHS,
      });
      return adding(
        judged,
        () => `after ${listed(valuesOf(find(SPARSE_PRETRAIN), fallOf(layer)), 1)} epochs`,
      );
    });
  return [
    ...faster("with momentum and sparsity", PRETRAIN),
    ...faster("it is momentum: beside sparse layers without it,", NO_MOMENTUM.layers),
  ];
}

export function darker(find: FindRuns): readonly Judgement[] {
  return LAYERS.map((layer) =>
    larger(find, {
      words: `with sparsity layer ${layer} is less active in the mean, by`,
      more: PRETRAIN,
      fewer: SPARSE_PRETRAIN,
      measure: numberAt(`layers.${layer}.meanActivation`),
      shown: { digits: 3 },
    })
  );
}

/** How far weight images of layer 1 look like digits: the largest correlation of each with a training image. */
export function outlines(find: FindRuns): readonly Judgement[] {
  const runs = find(SPARSE_PRETRAIN);
  const share = numberAt("layers.1.likeness.share");
  const isSo = (run: RunFacts) => {
    const value = share(run);
    return value === undefined ? undefined : value >= SOME;
  };
  const beyondNoise = less(numberAt("layers.1.likeness.mean"), numberAt("layers.1.likeness.noise"));
  return [
    judgeEach(
      "with sparsity one or more of a hundred units of layer 1 correlate by 0.5 or more with a training image",
      runs,
      isSo,
      (known) =>
        `${listed(valuesOf(known, share).map((one) => 100 * one), 1)} of a hundred; without sparsity ${
          overRuns(find(PRETRAIN), "layers.1.likeness.share", 3)
        } of all units`,
    ),
    adding(
      judgeLarger(
        "more than noise: the largest correlations are higher in the mean, by",
        valuesOf(runs, beyondNoise),
        {
          digits: 3,
        },
      ),
      () => {
        const [own, noise] = ["mean", "noise"].map((name) => overRuns(runs, `layers.1.likeness.${name}`, 3));
        return `${own}, of noise ${noise}`;
      },
    ),
  ];
}
