/**
 * Schedules: learning rates that change while training goes on, each a pure function of when an update is made.
 *
 * Source: PyTorch, `torch.optim.lr_scheduler` (its formulas). `per` is where its users call `scheduler.step()`: after
 * each epoch or after each step. None knows how long training lasts, so that a training can go on.
 */
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { requireNumber } from "../optim/optimizer.ts";
import type { Monitor } from "./stop.ts";

/** When an update is made. */
export interface UpdateTime {
  /** Updates before it, over the whole training. */
  readonly update: number;
  /** Epochs that are over. */
  readonly epoch: number;
  /** Updates that an epoch makes. */
  readonly stepsPerEpoch: number;
}

/** What a schedule remembers of what it has watched: it is plain JSON, and a part of every checkpoint. */
export type ScheduleState = Readonly<Record<string, number>>;

/** How the learning rate changes; one of your own is such an object. */
export interface Schedule {
  /** What it is called in checkpoints and messages. */
  readonly name: string;
  /** What was asked for: a checkpoint goes on with the same name and options alone. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The learning rate of an update, 0 or more; `base` is the optimizer's own. */
  rate(base: number, time: UpdateTime, state?: ScheduleState): number;
  /** What it watches, and how its state follows from what an epoch gave; `time` is of the epoch's last update. */
  readonly watch?: {
    readonly monitor: Monitor;
    observe(
      state: ScheduleState | undefined,
      value: number,
      at: { readonly base: number; readonly time: UpdateTime },
    ): ScheduleState | undefined;
  };
}

/** What a schedule counts: epochs that are over, or updates made. */
export type SchedulePer = "epoch" | "step";

/** What every schedule but one can be told. */
export interface PerOption {
  /** What is counted. Default `epoch`. */
  readonly per?: SchedulePer;
}

/** Settings of `constantRate`. */
export interface ConstantRateOptions extends PerOption {
  /** Of the optimizer's rate, 0 or more. Default 1. */
  readonly factor?: number;
  /** The rate is the optimizer's own after so many. Default never. */
  readonly over?: number;
}

/**
 * factor·base, for ever or for so many epochs or steps: PyTorch's `ConstantLR`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { constantRate } from "descent";
 * const { rate } = constantRate({ factor: 0.5, over: 2 });
 * assertEquals([0, 1, 2].map((epoch) => rate(0.1, { epoch, update: 7, stepsPerEpoch: 3 })), [0.05, 0.05, 0.1]);
 * ```
 */
export function constantRate(options: ConstantRateOptions = {}): Schedule {
  checkOptions("constantRate", options, { factor: true, over: true, per: true });
  const { factor = 1, over, per = "epoch" } = options;
  requireNumber("factor", factor, 0, Infinity);
  if (over !== undefined) requireCount("constantRate", "over", over);
  return {
    name: "constantRate",
    options: { factor, ...(over !== undefined && { over }), per: checkedPer(per) },
    rate: (base, time) => countOf(time, per) < (over ?? Infinity) ? factor * base : base,
  };
}

/** Settings of `stepDecay`. */
export interface StepDecayOptions extends PerOption {
  /** How many epochs or steps one rate lasts. */
  readonly every: number;
  /** What the rate is multiplied by after them. Default 0.1. */
  readonly factor?: number;
}

/**
 * base·factor^⌊t/every⌋: PyTorch's `StepLR`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { stepDecay } from "descent";
 * const { rate } = stepDecay({ every: 2, factor: 0.5 });
 * assertEquals([0, 1, 2, 4].map((epoch) => rate(1, { epoch, update: 0, stepsPerEpoch: 9 })), [1, 1, 0.5, 0.25]);
 * ```
 */
export function stepDecay(options: StepDecayOptions): Schedule {
  checkOptions("stepDecay", options, { every: true, factor: true, per: true });
  const { every, factor = 0.1, per = "epoch" } = options;
  requireCount("stepDecay", "every", every);
  requireNumber("factor", factor, 0, Infinity);
  return {
    name: "stepDecay",
    options: { every, factor, per: checkedPer(per) },
    rate: (base, time) => base * factor ** Math.floor(countOf(time, per) / every),
  };
}

/** Settings of `exponentialDecay`. */
export interface ExponentialDecayOptions extends PerOption {
  /** What the rate is multiplied by after every epoch or step. */
  readonly factor: number;
}

/**
 * base·factorᵗ: PyTorch's `ExponentialLR`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { exponentialDecay } from "descent";
 * const { rate } = exponentialDecay({ factor: 0.5 });
 * assertEquals([0, 1, 2].map((epoch) => rate(1, { epoch, update: 0, stepsPerEpoch: 9 })), [1, 0.5, 0.25]);
 * ```
 */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  checkOptions("exponentialDecay", options, { factor: true, per: true });
  const { factor, per = "epoch" } = options;
  requireNumber("factor", factor, 0, Infinity);
  return {
    name: "exponentialDecay",
    options: { factor, per: checkedPer(per) },
    rate: (base, time) => base * factor ** countOf(time, per),
  };
}

/** Settings of `cosineDecay`. */
export interface CosineDecayOptions extends PerOption {
  /** Epochs or steps from the optimizer's rate down to the least: mostly all of the training. */
  readonly over: number;
  /** The least rate, 0 or more. Default 0. */
  readonly minRate?: number;
}

/**
 * min + (base − min)·(1 + cos(π·t/over))/2: PyTorch's `CosineAnnealingLR`. After `over` it rises again, as there.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { cosineDecay } from "descent";
 * const { rate } = cosineDecay({ over: 100, minRate: 0.02, per: "step" });
 * assertAlmostEquals(rate(0.1, { update: 50, epoch: 0, stepsPerEpoch: 100 }), 0.06);
 * ```
 */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  checkOptions("cosineDecay", options, { over: true, minRate: true, per: true });
  const { over, minRate = 0, per = "epoch" } = options;
  requireCount("cosineDecay", "over", over);
  requireNumber("least rate", minRate, 0, Infinity);
  return {
    name: "cosineDecay",
    options: { over, minRate, per: checkedPer(per) },
    rate: (base, time) =>
      minRate + (base - minRate) * (1 + Math.cos(Math.PI * countOf(time, per) / over)) / 2,
  };
}

/** Settings of `warmUp`. */
export interface WarmUpOptions extends PerOption {
  /** Epochs or steps until the optimizer's rate is reached. */
  readonly over: number;
  /** Share of the optimizer's rate at the first update, 0 or more. Default ⅓, as in PyTorch. */
  readonly from?: number;
  /** What comes then, its time counted from there. Default the optimizer's rate. */
  readonly then?: Schedule;
}

/**
 * base·(from + (1 − from)·t/over), then another schedule: PyTorch's `LinearLR` in a `SequentialLR`. The second may count
 * otherwise: a warm-up per step, then a decay per epoch, whose first epoch begins where the warm-up ends.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { exponentialDecay, warmUp } from "descent";
 * const { rate } = warmUp({ over: 4, from: 0, per: "step", then: exponentialDecay({ factor: 0.5, per: "step" }) });
 * const rates = [0, 1, 2, 3, 4, 5].map((update) => rate(8, { update, epoch: 0, stepsPerEpoch: 100 }));
 * assertEquals(rates, [0, 2, 4, 6, 8, 4]);
 * ```
 */
export function warmUp(options: WarmUpOptions): Schedule {
  checkOptions("warmUp", options, { over: true, from: true, then: true, per: true });
  const { over, from = 1 / 3, then = constantRate(), per = "epoch" } = options;
  requireCount("warmUp", "over", over);
  requireNumber("share at the start of a warm-up", from, 0, Infinity);
  const { watch } = checkSchedule(then);
  return {
    name: "warmUp",
    options: { over, from, per: checkedPer(per), then: { name: then.name, ...then.options } },
    rate: (base, time, state) => {
      const count = countOf(time, per);
      return count < over
        ? base * (from + (1 - from) * count / over)
        : then.rate(base, later(time, over, per), state);
    },
    ...(watch && {
      watch: {
        monitor: watch.monitor,
        observe: (state, value, { base, time }) =>
          countOf(time, per) < over
            ? state
            : watch.observe(state, value, { base, time: later(time, over, per) }),
      },
    }),
  };
}

/** The same moment, counted from so many epochs or steps on. */
function later({ update, epoch, stepsPerEpoch }: UpdateTime, by: number, per: SchedulePer): UpdateTime {
  if (per === "epoch") return { update: update - by * stepsPerEpoch, epoch: epoch - by, stepsPerEpoch };
  return { update: update - by, epoch: Math.floor((update - by) / stepsPerEpoch), stepsPerEpoch };
}

function countOf({ update, epoch }: UpdateTime, per: SchedulePer): number {
  return per === "epoch" ? epoch : update;
}

function checkedPer(per: SchedulePer): SchedulePer {
  require(
    per === "epoch" || per === "step",
    () => `A schedule counts per "epoch" or per "step", not per ${shown(per)}`,
  );
  return per;
}

function requireCount(schedule: string, name: string, count: number): void {
  require(
    Number.isSafeInteger(count) && count > 0,
    () => `The ${name} of ${schedule}() must be a positive whole number, got ${shown(count)}`,
  );
}

/** A schedule in words that can be compared. */
export function scheduleText({ name, options }: Schedule): string {
  return `${name} ${JSON.stringify(options)}`;
}

/** Throws when it is no schedule, such as the function that makes one; returns it. */
export function checkSchedule(schedule: Schedule): Schedule {
  require(
    typeof schedule?.rate === "function",
    () =>
      `The schedule must be what stepDecay(), cosineDecay() or another of them gives, got ${shown(schedule)}`,
  );
  return schedule;
}
