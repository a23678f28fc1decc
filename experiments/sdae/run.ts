/** What the chapter's commands do: pre-train and tell, or go on from a pre-training to a classifier. */
import type { Splits } from "../../src/data/mnist.ts";
import { BACKEND_TITLES, type Choice } from "../../src/exec/choose.ts";
import { textTable } from "../../src/plot/table.ts";
import type { RunSummary } from "../../src/runs/layout.ts";
import type { Published, RunOptions } from "../training.ts";
import { duration, type Screen } from "../screen.ts";
import { conclude } from "../tell.ts";
import type { TrainedRun } from "../train_run.ts";
import { runClassifier } from "./classify.ts";
import { checkSameImages, type Pretraining, readPretraining } from "./from.ts";
import { loadData } from "./prepare.ts";
import { type LayerSummary, type PretrainingRun, runPretraining } from "./pretraining.ts";
import { kindOf, SDAE_RECIPES, type SdaeKind, type SdaeSettings } from "./sdae.ts";

/** Where and how, for both stages. */
interface Stage {
  readonly choice: Choice;
  readonly screen: Screen;
  readonly options: RunOptions & { readonly group?: string };
  readonly check?: boolean;
}

/** Pre-trains the layers, and says what is done before and what came out after it. */
export async function pretrainAndTell(
  settings: SdaeSettings,
  data: Splits,
  stage: Stage,
): Promise<PretrainingRun> {
  const { screen, choice: { executor, why } } = stage, { source, train, test } = data;
  const { pretrain, title } = SDAE_RECIPES[kindOf(settings)],
    { arch, learningRate, momentum, beta, rho } = settings;
  const count = (rows: number) => rows.toLocaleString("en");
  screen.say(
    `${pretrain}: ${
      [train.images.length / train.rows, ...arch].join("-")
    }, layer after layer (${title.pretrain})\n`,
  );
  screen.say(`Backend   ${BACKEND_TITLES[executor.name]}: ${executor.description} (${why})`);
  screen.say(
    `Data      ${count(train.rows)} train, ${count(test.rows)} test images, the first of ${source.from}`,
  );
  screen.say(
    `Training  batch ${settings.batch}, learning rate ${learningRate}${
      momentum > 0 ? `, momentum ${momentum}` : ""
    }, ` +
      `${settings.epochs} epochs a layer, ${100 * settings.noise}% masked${
        settings.paperQuirks ? ", at evaluation too; short last batches are left out" : ""
      }${beta > 0 ? `; penalty ${beta}·Σ KL(${rho} ‖ mean activation)` : ""}`,
  );
  const trained = await runPretraining(settings, data, stage), published = trained.summary.published;
  const layers = trained.summary.layers as unknown as readonly LayerSummary[];
  screen.say(`\n${layerTable(layers)}\n`);
  if (published) screen.say(`Published: ${(published as unknown as Published).words}\n`);
  screen.say(`Run folder  ${trained.path}`);
  return trained;
}

/** A row per layer: losses in nats per image. */
function layerTable(layers: readonly LayerSummary[]): string {
  const isSparse = layers.some(({ penalty }) => penalty !== undefined);
  // Of a layer that was interrupted in its first epoch there is no loss.
  const number = (value: number | null | undefined) => value?.toFixed(2) ?? "–";
  return textTable({
    columns: [
      "layer",
      "units",
      "loss",
      ...(isSparse ? ["penalty"] : []),
      "entropy of target",
      "excess",
      "test",
      "mean activation",
      "time",
    ]
      .map((label) => ({ label, align: "right" as const })),
    rows: layers.map((one) => [
      one.layer,
      one.units,
      number(one.loss),
      ...(isSparse ? [number(one.penalty)] : []),
      number(one.targetEntropy),
      number(one.excess),
      number(one.test),
      one.meanActivation.toFixed(3),
      duration(one.seconds),
    ]),
  });
}

/** What a classifier starts from: layers of a kind, from a folder or trained with these settings. */
export interface ClassifyRun {
  readonly kind: SdaeKind;
  readonly settings: SdaeSettings;
  /** The settings that were asked for by name: a folder's layers must have them. */
  readonly given: Partial<SdaeSettings>;
  readonly from?: string;
  /** What `from` is called on the command line. */
  readonly flag?: string;
  readonly check?: boolean;
  readonly options: RunOptions & { readonly group?: string };
  readonly screen: Screen;
  /** The images, where they are read already. */
  readonly data?: Splits;
}

/** What is left of both stages; what an interruption left out is absent. */
export interface Classified {
  readonly pretraining?: Pretraining;
  readonly classifier?: TrainedRun;
  /** Of the last run that was written. */
  readonly summary: RunSummary;
  readonly interrupted: boolean;
}

/** Reads a pre-training or makes one, and trains the classifier from it. */
export async function classifyFrom(run: ClassifyRun, choice: Choice): Promise<Classified> {
  const { kind, given, from, flag = "--from", screen, options, check = false } = run;
  const stage = { choice, screen, options, check };
  const known = from === undefined ? undefined : await readPretraining(from, { flag, kind, given });
  const data = run.data ?? await loadData({ ...options, full: known?.settings.full ?? run.settings.full });
  if (known) checkSameImages(known, data, flag);
  let pretraining = known;
  if (pretraining === undefined) {
    const { path, summary, interrupted } = await pretrainAndTell(run.settings, data, stage);
    if (interrupted) return { summary, interrupted };
    screen.say("");
    pretraining = await readPretraining(path, { flag, kind, given: {} });
  }
  const { learningRate, momentum, batch, epochs } = run.settings;
  const settings = { ...pretraining.settings, learningRate, momentum, batch, epochs };
  const classifier = await runClassifier(settings, data, { ...stage, pretraining });
  conclude(screen, classifier);
  return {
    pretraining,
    classifier,
    summary: classifier.summary,
    interrupted: classifier.result.stopped === "interrupted",
  };
}
