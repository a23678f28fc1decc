/**
 * Early stopping as a pure state machine: each epoch's value gives a new state, which is plain JSON.
 *
 * Source: Keras 3, `keras.callbacks.EarlyStopping` (its semantics, including what it does when a baseline, a
 * warm-up or patience 0 is asked for). Epochs count from 0, as there.
 */
import { require } from "../core/errors.ts";
import { checkOptions, namesOf } from "../core/option_names.ts";

/** What can be watched: mean over the training epoch, or, with `val_`, over the validation set after it. */
export type Monitor = "loss" | "accuracy" | "val_loss" | "val_accuracy";

export const MONITORS = namesOf<Monitor>({ loss: true, accuracy: true, val_loss: true, val_accuracy: true });

/** `min`: lower is better; `max`: higher is better; `auto`: `max` for accuracies, else `min`. */
export type StopMode = "auto" | "min" | "max";

export const STOP_MODES = namesOf<StopMode>({ auto: true, min: true, max: true });

/** Settings of early stopping, as in Keras. */
export interface StopOptions {
  /** What is watched. Default `val_loss`. */
  readonly monitor?: Monitor;
  /** A change of this size or less is no improvement; its sign is ignored. Default 0. */
  readonly minDelta?: number;
  /** How many epochs in a row may pass without improvement. 0, the default, and 1 stop at the first one. */
  readonly patience?: number;
  /** What is better. Default `auto`. */
  readonly mode?: StopMode;
  /** Patience starts anew only for an improvement that also beats this value. Default: none. */
  readonly baseline?: number;
  /** Epochs before this one (from 0) are not looked at. Default 0. */
  readonly startFromEpoch?: number;
  /** Whether the weights of the best epoch are put back when training ends, whatever ended it. Default false. */
  readonly restoreBest?: boolean;
}

/** The options with nothing left open. */
export interface StopRule {
  readonly monitor: Monitor;
  readonly mode: "min" | "max";
  readonly minDelta: number;
  readonly patience: number;
  readonly baseline?: number;
  readonly startFromEpoch: number;
  readonly restoreBest: boolean;
}

/** Where the rule stands after an epoch. What is not known yet is left out, so the state survives JSON. */
export interface StopState {
  readonly rule: StopRule;
  /** Best value so far: it moves only when an improvement counts. */
  readonly best?: number;
  /** Epoch of `best`; with `restoreBest`, before any improvement, the first epoch looked at. */
  readonly bestEpoch?: number;
  /** Epochs since patience last started anew. */
  readonly wait: number;
  /** Once true, it stays so. */
  readonly stop: boolean;
  /** The epoch after which training was to stop. */
  readonly stoppedEpoch?: number;
  /** Whether the epoch just observed counts as an improvement. */
  readonly improved: boolean;
  /** Whether this epoch's weights are the ones to restore so far: keep a copy. Never without `restoreBest`. */
  readonly restore: boolean;
}

/**
 * The state before the first epoch.
 *
 * @throws DescentError when an option is out of its range.
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { observe, startStopping } from "./stop.ts";
 * let state = startStopping({ monitor: "val_loss", minDelta: 0.01, patience: 2 });
 * [0.5, 0.4, 0.395, 0.41].forEach((loss, epoch) => state = observe(state, epoch, loss));
 * assert(state.stop && state.stoppedEpoch === 3 && state.best === 0.4 && state.bestEpoch === 1);
 * ```
 */
export function startStopping(options: StopOptions = {}): StopState {
  checkOptions("stopping", options, {
    monitor: true,
    minDelta: true,
    patience: true,
    mode: true,
    baseline: true,
    startFromEpoch: true,
    restoreBest: true,
  });
  const { monitor = "val_loss", mode = "auto", minDelta = 0, patience = 0, baseline } = options;
  const { startFromEpoch = 0, restoreBest = false } = options;
  require(
    MONITORS.includes(monitor),
    () => `Cannot monitor "${monitor}": early stopping watches one of ${MONITORS.join(", ")}`,
  );
  require(
    STOP_MODES.includes(mode),
    () => `Early stopping has no mode "${mode}": choose one of ${STOP_MODES.join(", ")}`,
  );
  require(Number.isFinite(minDelta), () => `Minimum delta must be a finite number, got ${minDelta}`);
  require(
    baseline === undefined || Number.isFinite(baseline),
    () => `Baseline must be a finite number, got ${baseline}`,
  );
  for (const [name, epochs] of [["Patience", patience], ["First epoch to watch", startFromEpoch]] as const) {
    require(
      Number.isSafeInteger(epochs) && epochs >= 0,
      () => `${name} must be a whole number of epochs, 0 or more, got ${epochs}`,
    );
  }
  const direction = mode === "auto" ? (monitor.endsWith("accuracy") ? "max" : "min") : mode;
  const rule: StopRule = {
    monitor,
    mode: direction,
    minDelta: Math.abs(minDelta),
    patience,
    ...(baseline !== undefined && { baseline }),
    startFromEpoch,
    restoreBest,
  };
  return { rule, wait: 0, stop: false, improved: false, restore: false };
}

/**
 * The state after `epoch` (from 0) gave `value` of what the rule monitors; `state` itself is left as it was.
 *
 * An improvement is strict: `value + minDelta < best` (mode `min`) or `value - minDelta > best` (mode `max`),
 * compared in float32 as Keras does, so that 0.7 after 0.8 is no improvement by more than 0.1. NaN never
 * improves (as in Keras before 3.7; later releases take the first value as the best even if it is NaN).
 * `undefined`, an epoch in which the value was not measured, changes nothing. Nothing stops after epoch 0.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { observe, startStopping } from "./stop.ts";
 * const state = observe(startStopping({ monitor: "val_accuracy" }), 0, 0.9);
 * assert(state.improved && state.best === 0.9 && !state.stop);
 * ```
 */
export function observe(state: StopState, epoch: number, value: number | undefined): StopState {
  const { rule } = state;
  if (value === undefined || epoch < rule.startFromEpoch) {
    return { ...state, improved: false, restore: false };
  }
  const worst = rule.mode === "min" ? Infinity : -Infinity;
  const improved = improves(rule, value, state.best ?? worst);
  const wait = state.wait + 1;
  if (improved) {
    // A better value below the baseline is still the best, but buys no more time.
    const inTime = rule.baseline === undefined || improves(rule, value, rule.baseline);
    const restore = rule.restoreBest;
    return { ...state, best: value, bestEpoch: epoch, wait: inTime ? 0 : wait, improved, restore };
  }
  // If no epoch ever improves there must still be weights to restore: those of the first one looked at.
  const first = rule.restoreBest && state.bestEpoch === undefined;
  const stop = wait >= rule.patience && epoch > 0;
  return {
    ...state,
    ...(first && { bestEpoch: epoch }),
    wait,
    ...(stop && { stop, stoppedEpoch: epoch }),
    improved,
    restore: first,
  };
}

/** Whether `value` is better than `reference` by more than the rule's minimum. */
function improves(rule: StopRule, value: number, reference: number): boolean {
  return rule.mode === "min"
    ? Math.fround(value + rule.minDelta) < Math.fround(reference)
    : Math.fround(value - rule.minDelta) > Math.fround(reference);
}
