/** What Report B says of its convolutional network, judged over all seeds. */
import type { RunFacts } from "../../../src/runs/facts.ts";
import type { CnnMethod } from "../../cnn.ts";
import type { ClaimItem, FindRuns } from "../item.ts";
import {
  inWords,
  judgeEach,
  judgeLarger,
  type Judgement,
  judgeWithin,
  meanOf,
  overRuns,
  pairedBySeed,
  signFlipBounds,
} from "../statistics.ts";
import { ALL_METHODS, nameOf, wantedOf } from "./methods.ts";
import { adding, less, listed, logAt, type Measure, numberAt, valuesOf } from "./numbers.ts";

/** "Quite close to each other": no two methods further apart than a percentage point. */
const CLOSE = 0.01;
/**
 * "Seems no difference", said of two curves on one linear axis: less than a two-hundredth of its height, which is the
 * cost of the first epoch. That is the width of a line.
 */
const LINE = 1 / 200;
/** "Oscillations": ups and downs of at least one of the 2,000 test images. */
const ONE_IMAGE = 1 / 2000;

const POINTS = { digits: 2, scale: 100, unit: " points" } as const;
const FACTOR = { digits: 2, factor: true } as const;

const SGD = wantedOf("sgd");
const RMSPROP = wantedOf("rmsprop");

const accuracy = numberAt("levelAccuracy");
const epochs = numberAt("epochsTo96");
const cost = logAt("running.loss");

/** Two methods, the better one first. */
type Pair = readonly [CnnMethod, CnnMethod];

/** Differences of the second from the first, paired by seed. */
function paired(find: FindRuns, [first, second]: Pair, measure: Measure): readonly number[] {
  return pairedBySeed(find(wantedOf(first)), find(wantedOf(second)), measure);
}

function namesOf([first, second]: Pair): readonly [string, string] {
  return [nameOf(first), nameOf(second)];
}

function moreAccurate(find: FindRuns, pair: Pair): Judgement {
  const [first, second] = namesOf(pair);
  const words = `${first} reaches a higher test accuracy than ${second} (mean of the last ten epochs)`;
  return judgeLarger(words, paired(find, pair, accuracy), POINTS);
}

function earlier(find: FindRuns, pair: Pair): Judgement {
  const [first, second] = namesOf(pair);
  const later = paired(find, [pair[1], pair[0]], epochs);
  return judgeLarger(`${first} reaches 96% on test in fewer epochs than ${second}; fewer by`, later, {
    digits: 1,
    unit: " epochs",
  });
}

function cheaper(find: FindRuns, pair: Pair): Judgement {
  const [first, second] = namesOf(pair);
  const words = `${first} ends at a lower training cost than ${second}, whose cost is`;
  return judgeLarger(words, paired(find, [pair[1], pair[0]], cost), FACTOR);
}

function closeBy(find: FindRuns, pair: Pair): Judgement {
  const [first, second] = namesOf(pair);
  const words = `${first} and ${second} are within a percentage point of each other`;
  return judgeWithin(words, paired(find, pair, accuracy), CLOSE, POINTS);
}

/** The costs at the end as shares of the axis that both curves are drawn on; and as a factor, which tells more. */
function costsAlike(find: FindRuns): Judgement {
  const pair = ["momentum", "sgd"] as const;
  const top = meanOf(valuesOf(find(SGD), numberAt("curves.loss.first")));
  const gaps = paired(find, pair, numberAt("running.loss")).map((gap) => gap / top);
  const words = "the training costs of momentum and SGD end where a linear axis shows no difference: " +
    "within a two-hundredth of its height";
  const judged = judgeWithin(words, gaps, LINE, { digits: 3, scale: 100, unit: "% of the axis" });
  return adding(
    judged,
    () => `momentum's cost is ${inWords(signFlipBounds(paired(find, pair, cost)), FACTOR)} SGD's`,
  );
}

function countsOf(path: string): (runs: readonly RunFacts[]) => string {
  return (runs) => listed(valuesOf(runs, numberAt(path)));
}

function silentMaps(find: FindRuns): readonly Judgement[] {
  const count = numberAt("inactiveMaps.C2");
  const words = "with SGD a map of C2 stays without any activity for an image that is shown";
  const isSo = (run: RunFacts) => count(run) === undefined ? undefined : count(run)! > 0;
  return [
    judgeEach(
      words,
      find(SGD),
      isSo,
      (runs) =>
        `such maps in each run, the most for an image: ${
          countsOf("inactiveMaps.C2")(runs)
        }; kernels of C2 that are never active ` +
        `on any test image: ${countsOf("dead.C2")(runs)}`,
    ),
  ];
}

function noneDead(find: FindRuns): readonly Judgement[] {
  const none = (paths: readonly string[]) => (run: RunFacts) => {
    const counts = paths.map((path) => run.numbers[path]);
    return counts.includes(undefined) ? undefined : counts.every((count) => count === 0);
  };
  const judged = (words: string, member: string) => {
    const paths = [`${member}.C1`, `${member}.C2`] as const;
    return judgeEach(
      words,
      find(RMSPROP),
      none(paths),
      (runs) => `in each run, of C1: ${countsOf(paths[0])(runs)}; of C2: ${countsOf(paths[1])(runs)}`,
    );
  };
  return [
    judged("with RMSProp no map is without activity for the images that are shown", "inactiveMaps"),
    judged("with RMSProp no kernel is dead: each is active on some test image", "dead"),
  ];
}

/** How much less, relatively, a pooled map changes than the map before it when an image is moved by a pixel. */
function pooledStays(find: FindRuns): readonly Judgement[] {
  const runs = find(SGD);
  return ([["C1", "S1"], ["C2", "S2"]] as const).map(([before, after]) => {
    const change = less(numberAt(`shift.${before}`), numberAt(`shift.${after}`));
    const words =
      `when an image moves by a pixel, ${after} changes less than ${before}, which it pools; less by`;
    return adding(
      judgeLarger(words, valuesOf(runs, change), { digits: 3 }),
      () =>
        `${before} changes by ${overRuns(runs, `shift.${before}`, 3)} of what it is, ${after} by ${
          overRuns(runs, `shift.${after}`, 3)
        }; invariant would be 0`,
    );
  });
}

function oscillates(find: FindRuns): readonly Judgement[] {
  const noise = numberAt("curves.testAccuracy.noiseLate");
  const words =
    "in the last third of the epochs the test accuracy still goes up and down by a test image or more";
  const isSo = (run: RunFacts) => noise(run) === undefined ? undefined : noise(run)! >= ONE_IMAGE;
  const measured = (runs: readonly RunFacts[]) =>
    `by ${
      listed(valuesOf(runs, noise).map((value) => value / ONE_IMAGE), 1)
    } of the 2,000 images (standard deviation about a smooth curve)`;
  return [judgeEach(words, find(SGD), isSo, measured)];
}

const BEST = [["rmsprop", "sgd"], ["rmsprop", "momentum"]] as const;

export const CONVOLUTION_CLAIMS: readonly ClaimItem[] = [
  {
    kind: "claim",
    id: "B-1.N1 oscillations",
    place: "Section 1.3.2",
    words: "There are still some oscillations after 60 epochs.",
    needs: [SGD],
    judge: oscillates,
  },
  {
    kind: "claim",
    id: "B-C1.1",
    place: "Section 1.3.2",
    words:
      "With plain descent one map of the second convolution is totally black: its kernel is deactivated " +
      "on the input.",
    needs: [SGD],
    judge: silentMaps,
  },
  {
    kind: "claim",
    id: "B-C1.2",
    place: "Section 1.5.2",
    words: "With RMSProp there is no deactivated kernel.",
    needs: [RMSPROP],
    judge: noneDead,
  },
  {
    kind: "claim",
    id: "B-C1.3",
    place: "Section 1.4.2",
    words:
      "Momentum is better than plain descent in test accuracy and converges earlier; the training cost " +
      "seems no different.",
    needs: [wantedOf("momentum"), SGD],
    judge: (find) => [
      moreAccurate(find, ["momentum", "sgd"]),
      earlier(find, ["momentum", "sgd"]),
      costsAlike(find),
    ],
  },
  {
    kind: "claim",
    id: "B-C1.4",
    place: "Sections 1.5.2 and 1.6",
    words: "RMSProp is the best of the three in test accuracy, convergence and training cost.",
    needs: ALL_METHODS,
    judge: (find) =>
      [moreAccurate, earlier, cheaper].flatMap((judge) => BEST.map((pair) => judge(find, pair))),
  },
  {
    kind: "claim",
    id: "B-C1.5",
    place: "Section 1.6",
    words:
      "In test accuracy RMSProp is first, momentum second and plain descent last, all quite close to each other.",
    needs: ALL_METHODS,
    judge: (find) => [
      moreAccurate(find, ["rmsprop", "momentum"]),
      moreAccurate(find, ["momentum", "sgd"]),
      closeBy(find, ["rmsprop", "momentum"]),
      closeBy(find, ["momentum", "sgd"]),
      closeBy(find, ["rmsprop", "sgd"]),
    ],
  },
  {
    kind: "claim",
    id: "B-C1.5 why",
    place: "Section 1.6",
    words: "They are close probably because the set is small.",
    needs: [],
    untestable: "The report trains on 12,000 images alone; `deno task cnn --full` shows how far apart the " +
      "methods are on all 60,000.",
  },
  {
    kind: "claim",
    id: "B-C1.6",
    place: "Section 1.3.2",
    words: "Pooled maps are translation invariant: features remain even if some pixels move a little.",
    needs: [SGD],
    judge: pooledStays,
  },
];
