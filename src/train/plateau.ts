/**
 * The learning rate falls when a measured value no longer improves.
 *
 * Source: PyTorch, `torch.optim.lr_scheduler.ReduceLROnPlateau`.
 */
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { requireNumber } from "../optim/optimizer.ts";
import type { Schedule } from "./schedule.ts";
import { type Monitor, MONITORS, STOP_MODES, type StopMode } from "./stop.ts";

/** Settings of `reduceOnPlateau`. */
export interface PlateauOptions {
  /** What is watched. Default `val_loss`. */
  readonly monitor?: Monitor;
  /** `min`: lower is better; `max`: higher is better; `auto`, the default: `max` for accuracies, else `min`. */
  readonly mode?: StopMode;
  /** What the rate is multiplied by, at least 0 and below 1. Default 0.1. */
  readonly factor?: number;
  /** How many epochs in a row may pass without improvement before the rate falls. Default 10. */
  readonly patience?: number;
  /** What is no more than this is no improvement. Default 1e-4. */
  readonly threshold?: number;
  /** Of the best value (`relative`, the default), or in its own unit (`absolute`). */
  readonly thresholdMode?: "relative" | "absolute";
  /** Epochs after a fall that are not counted. Default 0. */
  readonly cooldown?: number;
  /** The rate falls no lower. Default 0. */
  readonly minRate?: number;
  /** A smaller fall is not made. Default 1e-8. */
  readonly epsilon?: number;
}

/**
 * Multiplies the rate by `factor` when the watched value has not improved for more than `patience` epochs. What it
 * remembers, the best value and its counts, is a part of every checkpoint.
 *
 * Throws on a setting out of its range. `fit` throws where the value is never measured.
 *
 * @example
 * ```ts
 * import { dense, fit, reduceOnPlateau, sequential } from "descent";
 * import { mnist } from "descent/mnist";
 * const data = await mnist({ train: 256, validation: 64, test: 64 });
 * const model = sequential(784, [dense(16, { activation: "relu" }), dense(10)]);
 * const schedule = reduceOnPlateau({ monitor: "val_loss", factor: 0.5, patience: 1 });
 * const { history } = await fit(model, data, { schedule, epochs: 3 });
 * const rates = history.map(({ learningRate }) => learningRate);
 * ```
 */
export function reduceOnPlateau(options: PlateauOptions = {}): Schedule {
  const { monitor, mode, factor, patience, threshold, thresholdMode, cooldown, minRate, epsilon } = checked(
    options,
  );
  const isHigherBetter = mode === "auto" ? monitor.endsWith("accuracy") : mode === "max";
  const improves = (value: number, best: number | undefined): boolean => {
    // Infinity, and NaN, are no improvement on nothing.
    if (best === undefined) return Math.abs(value) < Infinity;
    const isRelative = thresholdMode === "relative";
    if (isHigherBetter) return value > (isRelative ? best * (1 + threshold) : best + threshold);
    return value < (isRelative ? best * (1 - threshold) : best - threshold);
  };
  const lowered = (rate: number): number => {
    const next = Math.max(rate * factor, minRate);
    return rate - next > epsilon ? next : rate;
  };
  return {
    name: "reduceOnPlateau",
    options: { monitor, mode, factor, patience, threshold, thresholdMode, cooldown, minRate, epsilon },
    rate: (base, _, state) => state?.rate ?? base,
    watch: {
      monitor,
      observe(state, value, { base }) {
        const improved = improves(value, state?.best), best = improved ? value : state?.best;
        const left = state?.cooldown ?? 0, waits = left > 0 || improved;
        const bad = waits ? 0 : (state?.bad ?? 0) + 1, rate = state?.rate ?? base;
        const falls = bad > patience;
        return {
          ...(best !== undefined && { best }),
          rate: falls ? lowered(rate) : rate,
          bad: falls ? 0 : bad,
          cooldown: falls ? cooldown : Math.max(0, left - 1),
        };
      },
    },
  };
}

/** The options with nothing left open. */
function checked(options: PlateauOptions): Required<PlateauOptions> {
  checkOptions("reduceOnPlateau", options, {
    monitor: true,
    mode: true,
    factor: true,
    patience: true,
    threshold: true,
    thresholdMode: true,
    cooldown: true,
    minRate: true,
    epsilon: true,
  });
  const { monitor = "val_loss", mode = "auto", thresholdMode = "relative" } = options;
  const { factor = 0.1, patience = 10, threshold = 1e-4, cooldown = 0, minRate = 0, epsilon = 1e-8 } =
    options;
  require(
    MONITORS.includes(monitor),
    () => `Cannot monitor ${shown(monitor)}: a schedule watches one of ${MONITORS.join(", ")}`,
  );
  require(
    STOP_MODES.includes(mode),
    () => `A schedule has no mode ${shown(mode)}: choose one of ${STOP_MODES.join(", ")}`,
  );
  require(
    thresholdMode === "relative" || thresholdMode === "absolute",
    () => `A threshold is "relative" or "absolute", not ${shown(thresholdMode)}`,
  );
  requireNumber("factor of reduceOnPlateau()", factor, 0, 1);
  requireNumber("threshold", threshold, 0, Infinity);
  requireNumber("least rate", minRate, 0, Infinity);
  requireNumber("least fall of the rate", epsilon, 0, Infinity);
  for (const [name, epochs] of [["patience", patience], ["cooldown", cooldown]] as const) {
    require(
      Number.isSafeInteger(epochs) && epochs >= 0,
      () => `The ${name} of a schedule must be a whole number of epochs, 0 or more, got ${shown(epochs)}`,
    );
  }
  return { monitor, mode, factor, patience, threshold, thresholdMode, cooldown, minRate, epsilon };
}
