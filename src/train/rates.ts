/** The learning rates of a session: those of its schedule, which is told what each epoch gave. */
import { require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { type EpochMeans, monitored } from "./means.ts";
import type { Schedule, ScheduleState, UpdateTime } from "./schedule.ts";

interface Scheduled {
  readonly optimizer: Optimizer;
  readonly schedule?: Schedule;
}

/** The rate of an update; undefined without a schedule: the optimizer's own. Throws on a rate that cannot be. */
export function rateAt(
  { optimizer, schedule }: Scheduled,
  time: UpdateTime,
  state: ScheduleState | undefined,
): number | undefined {
  if (schedule === undefined) return undefined;
  const rate = schedule.rate(optimizer.learningRate, time, state);
  require(
    typeof rate === "number" && rate >= 0 && rate < Infinity,
    () =>
      `The schedule ${schedule.name} gives ${shown(rate)} for update ${time.update + 1}: ` +
      "a learning rate must be 0 or more",
  );
  return rate;
}

/** The schedule's state after an epoch, whose last update was made at `time`. */
export function observeEpoch(
  { optimizer, schedule }: Scheduled,
  means: EpochMeans,
  { time, state }: { readonly time: UpdateTime; readonly state: ScheduleState | undefined },
): ScheduleState | undefined {
  const { watch } = schedule ?? {}, value = watch && monitored(means)[watch.monitor];
  return value === undefined ? state : watch!.observe(state, value, { base: optimizer.learningRate, time });
}
