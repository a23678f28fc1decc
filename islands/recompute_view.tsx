/** A button that trains in the reader's browser what a table, a claim or a figure is of. */
import { useSignal } from "@preact/signals";
import { useContext, useEffect } from "preact/hooks";
import { useAlive } from "../components/alive.ts";
import { formatDuration } from "../components/format.ts";
import { isTraining, recompute, stopRecomputing } from "../components/report/recompute_client.ts";
import { Pictures, Results } from "../components/report/recompute_results.tsx";
import { learnSpeed, timesAsLong } from "../components/report/recompute_speed.ts";
import {
  RECOMPUTE_BACKENDS,
  type RecomputeBackend,
  type RecomputeProgress,
  type RecomputeTarget,
} from "../components/report/recompute_types.ts";
import { SiteContext } from "../components/site.tsx";
import type { DrawnPicture, Recomputed, RecomputeForm } from "../experiments/reports/judged.ts";

const BACKEND_WORDS: Readonly<Record<RecomputeBackend, string>> = {
  auto: "on what is faster",
  wasm: "on WebAssembly",
  webgpu: "on WebGPU",
};

/** What came of a training. */
interface Ended {
  readonly recomputed: Recomputed;
  readonly form: RecomputeForm;
  readonly seconds: number;
}

export default function RecomputeView(target: RecomputeTarget) {
  const { forms } = target, alive = useAlive(), site = useContext(SiteContext);
  const chosen = useSignal(0), backend = useSignal<RecomputeBackend>("auto"), problem = useSignal("");
  const progress = useSignal<RecomputeProgress | null>(null),
    startedMs = useSignal(0),
    isHere = useSignal(false);
  const curves = useSignal<readonly DrawnPicture[]>([]), ended = useSignal<Ended | null>(null);
  // Both are known in the browser alone: how fast this machine is, and whether the page was opened from disk.
  const factor = useSignal<number | null>(null), file = useSignal<"" | "first" | "other">("");
  useEffect(() => {
    factor.value = timesAsLong();
    if (location.protocol === "file:" && file.value === "") file.value = takeFirst() ? "first" : "other";
  }, [isTraining.value]);
  const form = forms[chosen.value]!;

  const start = async () => {
    const before = performance.now();
    [problem.value, progress.value, curves.value] = ["", null, []];
    startedMs.value = before;
    isHere.value = true;
    try {
      const recomputed = await recompute(target, {
        site,
        form,
        backend: backend.value,
        onProgress: (news) => progress.value = news,
        onCurves: (pictures) => curves.value = pictures,
      });
      const seconds = (performance.now() - before) / 1000;
      if (recomputed !== null) {
        if (recomputed.place.startsWith("WASM")) learnSpeed(recomputed.minutes, seconds);
        ended.value = { recomputed, form, seconds };
      }
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    } finally {
      isHere.value = false;
    }
  };

  if (file.value !== "") {
    return (
      <div class="recompute" {...alive}>
        {file.value === "first" && (
          <p class="quiet">
            Opened from disk, this page may not train its tables, claims and figures: put the folder on any
            web server.
          </p>
        )}
      </div>
    );
  }
  return (
    <div class="recompute" {...alive}>
      <p class="recompute-ask needs-script">
        <button
          type="button"
          class="button"
          disabled={isTraining.value}
          onClick={start}
        >
          {form.runs === 0 ? "Draw it here" : "Train it here"}
        </button>
        <select
          aria-label="How much of it"
          disabled={isTraining.value}
          onChange={({ currentTarget: { value } }) => chosen.value = Number(value)}
        >
          {forms.map(({ words, minutes, epochs, runs }, i) => (
            <option key={words} value={i} selected={i === chosen.value}>
              {Object.keys(epochs).length > 0 ? "shortened: " : ""}
              {words}
              {runs > 0 &&
                `, ${runs === 1 ? "one training" : `${runs} trainings`}, ${estimate(minutes, factor.value)}`}
            </option>
          ))}
        </select>
        {form.runs > 0 && (
          <select
            aria-label="What it runs on"
            disabled={isTraining.value}
            onChange={({ currentTarget: { value } }) => backend.value = value as RecomputeBackend}
          >
            {RECOMPUTE_BACKENDS.map((name) => (
              <option key={name} value={name} selected={name === backend.value}>{BACKEND_WORDS[name]}</option>
            ))}
          </select>
        )}
      </p>
      {isHere.value && (
        <div class="recompute-live">
          <p role="status">
            <progress max={1} value={progress.value?.share ?? 0} />{" "}
            {liveWords(progress.value, startedMs.value)}{" "}
            <button type="button" class="button" onClick={stopRecomputing}>Stop</button>
          </p>
          {curves.value.length > 0 && <Pictures pictures={curves.value} words="live" />}
        </div>
      )}
      {problem.value !== "" && <p class="warning" role="alert">{problem.value}</p>}
      {ended.value !== null && !isHere.value && (
        <section class="recompute-result" aria-label="Trained here">
          <p class="quiet" role="status">{endedWords(ended.value)}</p>
          <Results target={target} recomputed={ended.value.recomputed} />
        </section>
      )}
    </div>
  );
}

let isTaken = false;

/** True for the first that asks: what holds for the page is said once. */
function takeFirst(): boolean {
  const isFirst = !isTaken;
  isTaken = true;
  return isFirst;
}

function estimate(minutes: number, factor: number | null): string {
  const seconds = 60 * minutes * (factor ?? 1), digits = seconds < 20 ? 1 : 10;
  const about = formatDuration(Math.max(1, Math.round(seconds / digits) * digits));
  return factor === null ? `about ${about} on a usual machine` : `about ${about} here`;
}

function liveWords(progress: RecomputeProgress | null, startedMs: number): string {
  if (progress === null) return "Reading images and kernels";
  const { title, stage, epoch, share } = progress, seconds = (performance.now() - startedMs) / 1000;
  const left = share > 0.02
    ? `; ~${formatDuration(Math.max(1, Math.round(seconds / share - seconds)))} to go`
    : "";
  return `${title}${stage === null ? "" : `, ${stage}`}: ${epoch} epoch${epoch === 1 ? "" : "s"}${left}`;
}

function endedWords(
  { form: { words, epochs, runs }, seconds, recomputed: { place, minutes } }: Ended,
): string {
  if (runs === 0) return "Drawn here.";
  const when = minutes === 0 ? "before" : `in ${formatDuration(seconds)}`;
  const here = `Trained here ${when}, ${place}: ${words}.`;
  return Object.keys(epochs).length === 0
    ? here
    : `Shortened. ${here} What was shortened speaks neither for nor against the report.`;
}
