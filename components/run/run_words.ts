/** What happened to a run, in a sentence. */
import { formatCount, formatDuration, formatValue } from "../format.ts";
import type { RunData, Stage, StopRule } from "../types.ts";

/** Member of the metrics that a monitor of early stopping watches: `val_loss` → `valLoss`. */
export function monitoredKey(monitor: string): string {
  return monitor.replace(/_(\w)/, (_, letter: string) => letter.toUpperCase());
}

/** Whether more of it is better. */
export function isHigherBetter(monitor: string): boolean {
  return monitor.endsWith("accuracy");
}

/** What an epoch must pass to count as an improvement, or null where early stopping is off or has not begun. */
export function targetOf(stage: Stage, rule: StopRule | null): number | null {
  const best = stage.stopping?.best ?? null;
  if (best === null || rule?.monitor === null || rule === null) return null;
  const delta = Math.abs(rule.minDelta ?? 0);
  return isHigherBetter(rule.monitor) ? best + delta : best - delta;
}

/** The rule that a stage goes by. */
export function ruleFor(
  { rule, stageRules }: Pick<RunData, "rule" | "stageRules">,
  stage: Stage,
): StopRule | null {
  return stage.name !== null && Object.hasOwn(stageRules, stage.name) ? stageRules[stage.name]! : rule;
}

/** Epochs of all stages. */
export function epochsOf({ stages }: Pick<RunData, "stages">): number {
  return stages.reduce((sum, { epochs }) => sum + epochs, 0);
}

function afterEpochs(epochs: number): string {
  return epochs === 0 ? "before its first epoch" : `after ${countOf(epochs, "epoch")}`;
}

export function countOf(count: number, word: string): string {
  return `${formatCount(count)} ${word}${count === 1 ? "" : "s"}`;
}

/** How it stands with the run: for its top. */
export function statusOf(data: RunData): string {
  const { row } = data, epochs = epochsOf(data);
  switch (row.state) {
    case "running":
      return row.isGroup ? "Its trainings run one after another." : `Training now, ${afterEpochs(epochs)}.`;
    case "failed":
      return `Failed ${afterEpochs(epochs)}: ${row.error ?? "no reason was recorded."}`;
    case "interrupted":
      return `${isAsked(row) ? "Stopped from the dashboard" : "Interrupted"} ${afterEpochs(epochs)}. ${
        goOn(row)
      }`;
    case "died":
      return `Its process is gone ${afterEpochs(epochs)}, without a word. ${goOn(row)}`;
    case "unknown":
      return row.error ?? "Nothing is known of this folder.";
    case "finished":
      return row.isGroup ? finishedGroup(data) : finishedRun(data, epochs);
    default:
      return row.state satisfies never;
  }
}

/** Whether it stopped because a page was asked to stop it; words of `src/runs/stop_request.ts`. */
function isAsked({ stopped }: RunData["row"]): boolean {
  return stopped === "stopped from the dashboard";
}

/** What goes on with a run that did not come to its end. */
function goOn({ experiment, id }: RunData["row"]): string {
  return `deno task ${experiment} --resume runs/${id} goes on from its last checkpoint.`;
}

function finishedGroup({ row }: RunData): string {
  const seconds = row.numbers.seconds;
  return `Finished${seconds === undefined ? "" : ` in ${formatDuration(seconds)}`}.`;
}

function finishedRun(data: RunData, epochs: number): string {
  const { row, stages } = data, last = stages.at(-1), seconds = row.numbers.seconds ?? last?.seconds ?? null;
  const time = seconds === null ? "" : ` in ${formatDuration(seconds)}`;
  if (stages.length > 1) {
    const parts = stages.map(({ name, epochs }, i) =>
      `${name ?? `part ${i + 1}`} for ${countOf(epochs, "epoch")}`
    );
    return `Trained${time}: ${parts.join(", ")}.`;
  }
  const why = last && row.stopped === "early stopping" ? whyStopped(last, ruleFor(data, last)) : null;
  if (why !== null) return `Stopped by itself ${afterEpochs(epochs)}${time}: ${why}.`;
  if (row.stopped === "last epoch") return `Trained all of its ${countOf(epochs, "epoch")}${time}.`;
  const cause = row.stopped === "time" ? ": its time was up" : row.stopped === null ? "" : `: ${row.stopped}`;
  return `Ended ${afterEpochs(epochs)}${time}${cause}.`;
}

/** What early stopping had waited for in vain; null where it did not end the stage. */
export function whyStopped(stage: Stage, rule: StopRule | null): string | null {
  const { stopping } = stage, target = targetOf(stage, rule), patience = rule?.patience ?? null;
  if (
    !stopping?.bestEpoch || target === null || rule?.monitor == null || patience === null ||
    stopping.wait < patience
  ) return null;
  return `${rule.monitor} had not ${isHigherBetter(rule.monitor) ? "risen above" : "fallen below"} ${
    formatValue(target)
  } (its best, ${formatValue(stopping.best)} in epoch ${formatCount(stopping.bestEpoch)}, and min_delta ${
    rule.minDelta ?? 0
  }) for ${countOf(stopping.wait, "epoch")}`;
}

/** How a stage of several ended, in a sentence. */
export function stageEnd(stage: Stage, rule: StopRule | null): string {
  const time = stage.seconds === null ? "" : ` in ${formatDuration(stage.seconds)}`,
    why = whyStopped(stage, rule);
  return `${countOf(stage.epochs, "epoch")}${time}${
    why === null ? "" : `; then it stopped by itself: ${why}`
  }.`;
}

/** How far a training is, and how long it may take; null where nothing tells. */
export interface Progress {
  /** Of 1. */
  readonly share: number;
  readonly label: string;
  readonly words: string;
}

/** Of the last stage: by its epochs where they are given or expected, else by the patience of early stopping. */
export function progressOf(data: Pick<RunData, "rule" | "stageRules" | "stages">): Progress | null {
  const stage = data.stages.at(-1), rule = stage && ruleFor(data, stage);
  if (stage === undefined || !rule || stage.epochs === 0) return null;
  const secondsEach = (stage.seconds ?? 0) / stage.epochs, { patience, maxEpochs, expectedEpochs } = rule;
  const togo = (epochs: number) => formatDuration(Math.max(epochs - stage.epochs, 0) * secondsEach);
  if (stage.stopping !== null && patience !== null && patience > 0) {
    const { wait } = stage.stopping, left = Math.max(patience - wait, 0);
    const isExpected = expectedEpochs !== null && expectedEpochs > stage.epochs;
    return {
      share: isExpected ? stage.epochs / expectedEpochs : Math.min(wait / patience, 1),
      label: isExpected ? "epochs done of those expected" : "patience used",
      words: `${
        isExpected
          ? `About ${countOf(expectedEpochs, "epoch")} are expected, ${togo(expectedEpochs)} to go. `
          : ""
      }${formatCount(wait)} of ${
        countOf(patience, "epoch")
      } of patience used: without an improvement it ends in ${formatDuration(left * secondsEach)}${
        maxEpochs === null ? "" : `, at the latest after ${countOf(maxEpochs, "epoch")}`
      }.`,
    };
  }
  const most = maxEpochs ?? expectedEpochs;
  if (most === null || most <= 0) return null;
  return {
    share: Math.min(stage.epochs / most, 1),
    label: "epochs done",
    words: `${formatCount(stage.epochs)} of ${countOf(most, "epoch")}; about ${togo(most)} to go at ${
      formatDuration(secondsEach)
    } an epoch.`,
  };
}
