/** `deno task sdae`: the stack without and with sparsity, the classifiers of both, and what the report says of them. */
import { type JsonObject, toJson } from "../../src/runs/json.ts";
import type { RunSummary } from "../../src/runs/layout.ts";
import type { RunWriter } from "../../src/runs/run.ts";
import type { Choice } from "../../src/exec/choose.ts";
import type { Splits } from "../../src/data/mnist.ts";
import { inRun } from "../run_folder.ts";
import type { Screen } from "../screen.ts";
import { openExecutor } from "../train_run.ts";
import type { RunOptions } from "../training.ts";
import type { Side } from "./claims.ts";
import { checkSameImages, readPretraining } from "./from.ts";
import { likenessOfNoise, measureSide } from "./sides.ts";
import { loadData } from "./prepare.ts";
import { classifyFrom } from "./run.ts";
import { checkSettings, SDAE_RECIPES, type SdaeKind, type SdaeSettings } from "./sdae.ts";
import { comparisonTables } from "./tables.ts";

const KINDS = ["plain", "sparse"] as const satisfies readonly SdaeKind[];
const FROM_FLAGS = { plain: "--from", sparse: "--from-sparse" } as const;

/** What the command line asks for. */
export interface Comparison {
  readonly given: Partial<SdaeSettings>;
  readonly from: Readonly<Record<SdaeKind, string | undefined>>;
  readonly check: boolean;
  readonly options: RunOptions;
  readonly screen: Screen;
}

/** Trains what no folder has, and compares. */
export async function compareKinds(
  asked: Comparison,
): Promise<{ summary: JsonObject; interrupted: boolean }> {
  const { given, from, options, screen } = asked, full = await wantedFull(asked);
  checkSettings("sparse", settingsOf("sparse", given));
  const data = await loadData({ ...options, full });
  const choice = await openExecutor(options), { executor, why } = choice;
  try {
    screen.say(
      `sdae: plain and sparse layers, each with its classifier, on ${executor.description} (${why})`,
    );
    const record = {
      experiment: "sdae",
      backend: executor.description,
      data: toJson(data.source),
      settings: toJson(Object.fromEntries(KINDS.map((kind) => [kind, settingsOf(kind, { ...given, full })]))),
      ...(from.plain !== undefined && { from: from.plain }),
      ...(from.sparse !== undefined && { fromSparse: from.sparse }),
    };
    const { value: { summary, text }, path, interrupted } = await inRun(
      options.out,
      { name: "sdae", seed: options.seed, record },
      (run) => compareIn(run, { ...asked, data, choice, given: { ...given, full } }),
    );
    screen.say(`\n${text}\n\nRun folder  ${path}`);
    return { summary, interrupted };
  } finally {
    choice.executor.close();
  }
}

/** The report's settings of a kind with what is given; the plain trainings have neither momentum nor penalty. */
function settingsOf(kind: SdaeKind, { momentum, beta, ...given }: Partial<SdaeSettings>): SdaeSettings {
  const sparse = { ...(momentum !== undefined && { momentum }), ...(beta !== undefined && { beta }) };
  return { ...SDAE_RECIPES[kind].settings, ...given, ...(kind === "sparse" && sparse) };
}

/** Whether all images are wanted: asked for, or because the layers to go on from were trained on all. */
async function wantedFull({ given, from }: Comparison): Promise<boolean> {
  for (const kind of KINDS) {
    const path = from[kind];
    if (path === undefined) continue;
    const { settings: { full } } = await readPretraining(path, { flag: FROM_FLAGS[kind], kind, given: {} });
    return given.full ?? full;
  }
  return given.full ?? false;
}

async function compareIn(
  run: RunWriter,
  { given, from, check, options, screen, data, choice }: Comparison & {
    readonly data: Splits;
    readonly choice: Choice;
  },
) {
  const started = performance.now(), cells: JsonObject[] = [], sides: Partial<Record<SdaeKind, Side>> = {};
  let interrupted = false;
  const summarize = (more: JsonObject = {}): JsonObject => ({
    run: run.id,
    experiment: "sdae",
    seed: options.seed,
    seconds: (performance.now() - started) / 1000,
    cells: [...cells],
    ...more,
  });
  await run.writeJson("summary.json", summarize());
  // A folder that cannot be gone on from is refused before anything is trained.
  for (const kind of KINDS) {
    const path = from[kind], flag = FROM_FLAGS[kind];
    if (path !== undefined) {
      checkSameImages(await readPretraining(path, { flag, kind, given: ofKind(kind, given) }), data, flag);
    }
  }
  for (const kind of KINDS) {
    screen.say(`\n[${KINDS.indexOf(kind) + 1}/${KINDS.length}] ${SDAE_RECIPES[kind].title.pretrain}\n`);
    const path = from[kind];
    const done = await classifyFrom({
      kind,
      settings: settingsOf(kind, given),
      given: ofKind(kind, given),
      check,
      options: { ...options, group: run.id },
      screen,
      data,
      flag: FROM_FLAGS[kind],
      ...(path !== undefined && { from: path }),
    }, choice);
    interrupted = done.interrupted;
    if (done.pretraining) cells.push(cellOf(kind, "pre-training", done.pretraining.summary));
    if (interrupted || !done.pretraining || !done.classifier) break;
    cells.push(cellOf(kind, "classifier", done.classifier.summary));
    await run.writeJson("summary.json", summarize());
    const { pretraining, classifier } = done;
    sides[kind] = await measureSide({ kind, pretraining, classifier, data, executor: choice.executor });
  }
  const { plain, sparse } = sides;
  if (!plain || !sparse) return { value: { summary: summarize(), text: "Not all was trained" }, interrupted };
  const { files, text, claims } = comparisonTables({ plain, sparse }, likenessOfNoise(data.train, 100));
  for (const [file, content] of Object.entries(files)) await run.writeFile(file, content);
  const { comparisonFigures } = await import("./compare_figures.ts");
  const { writeFigures } = await import("../figures.ts");
  await writeFigures(
    run,
    await comparisonFigures({ plain, sparse }, { data, seed: options.seed, executor: choice.executor }),
  );
  const summary = summarize(toJson({ claims }));
  await run.writeJson("summary.json", summary);
  return { value: { summary, text }, interrupted };
}

/** What is given that concerns a kind. */
function ofKind(
  kind: SdaeKind,
  { momentum: _, beta, rho, ...given }: Partial<SdaeSettings>,
): Partial<SdaeSettings> {
  return kind === "plain"
    ? given
    : { ...given, ...(beta !== undefined && { beta }), ...(rho !== undefined && { rho }) };
}

function cellOf(
  kind: SdaeKind,
  stage: string,
  { run, epochs, seconds, stopped, test, layers, reconstructions }: RunSummary,
): JsonObject {
  return {
    kind,
    stage,
    run,
    epochs,
    seconds,
    stopped,
    ...(layers !== undefined && { layers }),
    ...(test !== undefined && { testAccuracy: test.accuracy }),
    ...(reconstructions !== undefined && { reconstructions }),
  };
}
