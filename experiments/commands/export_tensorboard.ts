/** A run for TensorBoard: curves, figures and settings as event files. */
import { dirname, join } from "node:path";
import { DescentError } from "../../src/core/errors.ts";
import { writeAtomically } from "../../src/core/write_file.ts";
import { flatten, numberOf, objectOf, textOf } from "../../src/runs/facts.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/runs/json.ts";
import { FIGURES_FOLDER, PLAN_FILE } from "../../src/runs/layout.ts";
import { readRun, type ReadState, type RunFolder } from "../../src/runs/read.ts";
import { encodeEvents, type EventImage, type RunEvent } from "../../src/runs/tensorboard/event_file.ts";
import {
  type HParam,
  type SESSION_STATUS,
  sessionEnd,
  sessionStart,
} from "../../src/runs/tensorboard/hparams.ts";
import { cannotWrite } from "../../src/runs/writer.ts";

/** What `metrics.jsonl` puts in front of the names of other sets than the training set. */
const SETS = { val: "validation", test: "test" } as const;
/** Members of a line that are no measured values. */
const NOT_MEASURED = ["epoch", "step", "seconds"];

const STATUS: Readonly<Record<ReadState, keyof typeof SESSION_STATUS>> = {
  finished: "success",
  failed: "failure",
  running: "running",
  interrupted: "unknown",
  died: "unknown",
  unknown: "unknown",
};

/**
 * Writes the run `path` into `folder`, where TensorBoard looks for runs: `<id>/train`, `<id>/validation` and `<id>/test`
 * hold curves of the same names, so that it draws them together; where a run has several trainings there is a folder of
 * each between. `<id>` itself holds settings and figures. What was exported before is replaced. Gives what to say.
 */
export async function exportTensorboard(path: string, folder: string): Promise<string> {
  const run = await readRun(path), { info, id } = run;
  if (info === undefined) throw new DescentError(`Cannot export ${path}: ${run.error}`);
  const startSeconds = secondsOf(info.startedAt) ?? 0;
  const curves = curvesOf(run, await ratesOf(run), startSeconds);
  const figures = await figuresOf(run);
  const endSeconds = secondsOf(info.finishedAt) ?? curves.endSeconds;
  const step = run.metrics.reduce((last, { epoch }) => Math.max(last, numberOf(epoch) ?? 0), 0);
  const own: RunEvent[] = [
    {
      wallSeconds: startSeconds,
      step: 0,
      values: [sessionStart({ settings: settingsOf(run), startSeconds })],
    },
    ...figures.map(({ name, image }) => ({
      wallSeconds: endSeconds,
      step,
      values: [{ tag: `${FIGURES_FOLDER}/${name}`, image }],
    })),
    { wallSeconds: endSeconds, step: 0, values: [sessionEnd({ status: STATUS[run.state], endSeconds })] },
  ];
  const file = `events.out.tfevents.${Math.floor(startSeconds)}.descent`;
  for (const [place, events] of [["", own] as const, ...curves.events]) {
    await write(join(folder, id, place, file), encodeEvents(events));
  }
  const names = [...curves.events.keys()].join(", ");
  return `${join(folder, id)}: curves ${names === "" ? "none" : names}, figures ${figures.length}; ` +
    `tensorboard --logdir ${folder} shows them`;
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await writeAtomically(path, bytes);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function secondsOf(date: string | undefined): number | undefined {
  const ms = date === undefined ? NaN : Date.parse(date);
  return Number.isNaN(ms) ? undefined : ms / 1000;
}

/** Events by the folder that they belong into, such as `classifier/train`. */
function curvesOf({ metrics }: RunFolder, rates: ReadonlyMap<Json, number>, startSeconds: number): {
  readonly events: ReadonlyMap<string, readonly RunEvent[]>;
  readonly endSeconds: number;
} {
  const events = new Map<string, RunEvent[]>();
  let stage: Json | undefined, stageSeconds = startSeconds, endSeconds = startSeconds;
  for (const line of metrics) {
    const epoch = numberOf(line.epoch), own = line.stage ?? null;
    if (epoch === null) continue;
    if (own !== stage) [stage, stageSeconds] = [own, endSeconds];
    // A line tells the time since its training began.
    endSeconds = stageSeconds + (numberOf(line.seconds) ?? 0);
    const measured = { learningRate: rates.get(own), ...line };
    for (const [set, values] of Map.groupBy(valuesOf(measured), ({ set }) => set)) {
      const place = own === null
        ? set
        : `${String(own).replace(/[^\w.-]/g, "_").replace(/^\.+/, "_")}/${set}`;
      const here = events.get(place) ?? [];
      here.push({
        wallSeconds: endSeconds,
        step: epoch,
        values: values.map(({ tag, scalar }) => ({ tag, scalar })),
      });
      events.set(place, here);
    }
  }
  return { events, endSeconds };
}

/** `valLoss` as `loss` of the validation set; what is null was no finite number. */
function valuesOf(line: JsonObject) {
  return Object.entries(line).flatMap(([name, value]) => {
    if (NOT_MEASURED.includes(name) || !(value === null || typeof value === "number")) return [];
    const [, prefix, rest] = /^(val|test)(?=[A-Z])(\w+)$/.exec(name) ?? [];
    const set = prefix === undefined ? "train" : SETS[prefix as keyof typeof SETS];
    const tag = (rest ?? name).replace(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
    return [{ set, tag, scalar: value ?? NaN }];
  });
}

/** The learning rate of each training, by its stage; lines have one of their own only where it changes. */
async function ratesOf({ path, info }: RunFolder): Promise<ReadonlyMap<Json, number>> {
  const text = await Deno.readTextFile(join(path, PLAN_FILE)).catch(() => "[]");
  const rates = new Map<Json, number>();
  const keep = (stage: Json, optimizer: Json | undefined) => {
    const rate = numberOf(objectOf(optimizer).learningRate);
    if (rate !== null) rates.set(stage, rate);
  };
  keep(null, info?.optimizer);
  try {
    for (const plan of JSON.parse(text)) {
      if (isJsonObject(plan)) keep(plan.stage ?? null, plan.optimizer);
    }
  } catch {
    // A plan that is damaged: the curves matter more.
  }
  return rates;
}

function settingsOf({ info }: RunFolder): Readonly<Record<string, HParam>> {
  const asked = flatten(info!.settings).map(([name, value]): readonly [string, HParam] => [
    name,
    typeof value === "number" || typeof value === "boolean" ? value : textOf(value),
  ]);
  return { experiment: info!.name, ...Object.fromEntries(asked), seed: info!.seed };
}

async function figuresOf({ path, figures }: RunFolder) {
  const found: { readonly name: string; readonly image: EventImage }[] = [];
  for (const name of figures.filter((one) => one.endsWith(".png"))) {
    const image = imageOf(await Deno.readFile(join(path, FIGURES_FOLDER, name)));
    if (image !== undefined) found.push({ name: name.slice(0, -".png".length), image });
  }
  return found;
}

/** Channels by the type of pixels that a PNG file names; an index stands for a colour. */
const CHANNELS = new Map([[0, 1], [2, 3], [3, 3], [4, 2], [6, 4]]);

/** A PNG file with what its head says of it; undefined where it is none. */
function imageOf(png: Uint8Array): EventImage | undefined {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  if (png.length < 26 || view.getBigUint64(0) !== 0x89504e470d0a1a0an) return undefined;
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    channels: CHANNELS.get(view.getUint8(25)) ?? 4,
    png,
  };
}
