/** One autoencoder as a run: two trainings, what is measured of them, and a run folder. */
import type { Choice } from "../../src/exec/choose.ts";
import { countParameters } from "../../src/nn/model.ts";
import type { RunSummary } from "../../src/runs/run.ts";
import type { FitResult } from "../../src/train/fit.ts";
import { encodeModel } from "../../src/train/saved.ts";
import { inRun } from "../run_folder.ts";
import { duration, type Screen } from "../screen.ts";
import { networkName } from "../tell.ts";
import { runRecord, trainStage } from "../train_run.ts";
import type { RunOptions } from "../training.ts";
import { measure, type Measured } from "./measured.ts";
import type { Prepared } from "./prepare.ts";
import { scoreTable, summaryOf } from "./summary.ts";

/** What is left of a run in memory. */
export interface AutoencoderRun {
  readonly summary: RunSummary;
  /** The folder. */
  readonly path: string;
  readonly interrupted: boolean;
  readonly measured: Measured;
  /** Errors and accuracies, for people. */
  readonly table: string;
  /** Absent where the autoencoder was interrupted. */
  readonly classifier?: FitResult;
}

/** Trains the autoencoder, then the classifier of its codes, and writes the run folder. */
export async function runAutoencoder(
  prepared: Prepared,
  choice: Choice,
  screen: Screen,
  options: RunOptions & { readonly group?: string },
): Promise<AutoencoderRun> {
  const { autoencoder, settings, data } = prepared, { seed, group } = options, { executor } = choice;
  const { name } = autoencoder, record = await runRecord(autoencoder, choice, group);
  const ended = await inRun(options.out, { name, seed, record }, async (run) => {
    const stage = { run, executor, screen, options };
    screen.say(`Autoencoder ${networkName(autoencoder.model)}`);
    const trained = await trainStage(autoencoder, { ...stage, stage: "autoencoder" });
    screen.say(endedLine(trained, `validation error ${trained.results.validation!.loss.toFixed(5)}`));
    let classifier: FitResult | undefined;
    if (trained.stopped !== "interrupted") {
      const training = prepared.classifierOf(trained, seed);
      screen.say(
        `Classifier ${networkName(training.model)} ${
          settings.classifier.fineTune ? "of images" : "of codes"
        }`,
      );
      classifier = await trainStage(training, { ...stage, stage: "classifier" });
      screen.say(endedLine(classifier, `test accuracy ${classifier.results.test!.accuracy!.toFixed(4)}`));
    }
    const measured = await measure(prepared, trained, executor);
    const { quiet, encoder } = measured, joined = classifier && prepared.joined(trained, classifier);
    const metadata = { run: run.id, experiment: name };
    await run.writeFile("model.safetensors", encodeModel(quiet, metadata));
    if (joined) await run.writeFile("classifier.safetensors", encodeModel(joined, metadata));
    const { writeLatent } = await import("./latent.ts");
    const latent = await writeLatent(run, data.test, { encoder, classifier: joined, executor });
    const stages = { trained, classifier }, stopped = (classifier ?? trained).stopped;
    const summary: RunSummary = {
      run: run.id,
      experiment: name,
      epochs: trained.history.length + (classifier?.history.length ?? 0),
      seconds: trained.seconds + (classifier?.seconds ?? 0),
      stopped,
      backend: executor.name,
      seed,
      parameters: countParameters(autoencoder.model),
      ...summaryOf(prepared, measured, stages),
      latent,
    };
    await run.writeJson("summary.json", summary);
    // Loaded only now: drawing takes a moment to start, and training should not wait for it.
    const { writeFigures } = await import("../figures.ts"), { runFigures } = await import("./draw.ts");
    await writeFigures(run, runFigures(prepared, measured, stages, seed));
    const value = {
      summary,
      measured,
      table: scoreTable(prepared, measured, stages),
      ...(classifier && { classifier }),
    };
    return { value, interrupted: stopped === "interrupted" };
  });
  return { ...ended.value, path: ended.path, interrupted: ended.interrupted };
}

function endedLine({ history, seconds, stopped }: FitResult, score: string): string {
  const { length } = history;
  return `${length} epoch${length === 1 ? "" : "s"} in ${duration(seconds)} (${stopped}): ${score}`;
}
