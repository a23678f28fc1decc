/** `deno task export --tensorboard`: what other programs read of a run. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { basename, join } from "node:path";
import { exportTensorboard } from "../../experiments/commands/export_tensorboard.ts";
import { toPng } from "../../src/plot/png.ts";
import { createRun } from "../../src/runs/run.ts";
import { withTempFolder } from "../fixtures.ts";
import { findReaders, type ReadEvents } from "./event_readers.ts";
import { descent } from "./task_process.ts";

const START = Date.UTC(2026, 10, 21, 17, 20, 1, 500);
const FILE = `events.out.tfevents.${Math.floor(START / 1000)}.descent`;
const LINES = [
  {
    stage: "autoencoder",
    epoch: 1,
    loss: 0.5,
    valLoss: 0.75,
    seconds: 2,
    samplesPerSecond: 64,
    stopping: { wait: 0 },
  },
  {
    stage: "autoencoder",
    epoch: 2,
    loss: 0.25,
    valLoss: null,
    seconds: 4,
    samplesPerSecond: 64,
    learningRate: 0.125,
  },
  { stage: "layer 1/..", epoch: 1, loss: 3, accuracy: 0.5, testLoss: 1, testAccuracy: 0.25, seconds: 0.5 },
];
const PLAN = [{ stage: "autoencoder", optimizer: { learningRate: 0.5 } }];
const PNG = await toPng(`<svg xmlns="http://www.w3.org/2000/svg" width="8" height="4"/>`, { scale: 1 });

/** Writes a run of two trainings into `out`; gives its folder. */
async function writeRun(out: string): Promise<string> {
  const settings = { learningRate: 0.5, arch: [30, 20], shuffle: true, noise: 0 };
  const run = await createRun(out, { name: "q2", seed: 7, record: { settings }, now: new Date(START) });
  for (const line of LINES) run.writeMetrics(line);
  await run.writeJson("plan.json", PLAN);
  await run.writeFile("figures/weights.png", PNG);
  await run.writeFile("figures/broken.png", "no picture");
  await run.writeFile("figures/weights.svg", "<svg/>");
  await run.finish("finished");
  return run.path;
}

const read = await findReaders();
if (read !== undefined) declareTests(read);

function declareTests(read: ReadEvents): void {
  Deno.test("export --tensorboard writes what an independent reader finds: curves by stage and set, a figure, settings", async () => {
    await withTempFolder(async (folder) => {
      const run = await writeRun(join(folder, "runs")),
        to = join(folder, "log"),
        own = join(to, basename(run));
      // What lies there is replaced, not added to.
      await exportTensorboard(run, to);
      const { code, stdout, stderr } = await descent(["export", run, "--tensorboard", to]);
      assertEquals([code, stderr], [0, ""]);
      const places = ["autoencoder/train", "autoencoder/validation", "layer_1_../train", "layer_1_../test"];
      assertEquals(
        stdout,
        `${own}: curves ${places.join(", ")}, figures 1; tensorboard --logdir ${to} shows them\n`,
      );

      const curves = await Promise.all(
        places.map(async (place) => (await read(join(own, place, FILE))).map(curve)),
      );
      const at = (seconds: number) => START / 1000 + seconds;
      assertEquals(curves, [
        [
          [at(2), undefined, "brain.Event:2"],
          [at(2), "1", "learning_rate 0.5, loss 0.5, samples_per_second 64"],
          [at(4), "2", "learning_rate 0.125, loss 0.25, samples_per_second 64"],
        ],
        [[at(2), undefined, "brain.Event:2"], [at(2), "1", "loss 0.75"], [at(4), "2", "loss NaN"]],
        [[at(4.5), undefined, "brain.Event:2"], [at(4.5), "1", "loss 3, accuracy 0.5"]],
        [[at(4.5), undefined, "brain.Event:2"], [at(4.5), "1", "loss 1, accuracy 0.25"]],
      ]);

      const [, start, figure, end, ...more] = (await read(join(own, FILE))).map(({ summary }) =>
        summary?.value[0]
      );
      assertEquals(more, []);
      const { start_time_secs, hparams } = start.metadata.plugin_data.content.session_start_info;
      assertEquals([start.tag, start_time_secs], ["_hparams_/session_start_info", START / 1000]);
      assertEquals(
        Object.fromEntries(hparams.map(({ key, value }: { key: string; value: unknown }) => [key, value])),
        { experiment: "q2", learningRate: 0.5, arch: "30, 20", shuffle: true, noise: 0, seed: 7 },
      );
      assertEquals([start.tensor, end.tensor], Array(2).fill({ dtype: 1, tensor_shape: { dim: [{}] } }));
      const image = {
        width: 8,
        height: 4,
        colorspace: 4,
        encoded_image_string: Buffer.from(PNG).toString("base64"),
      };
      assertEquals(figure, { tag: "figures/weights", image });
      assertEquals(end.tag, "_hparams_/session_end_info");
      assertEquals(end.metadata.plugin_data.content.session_end_info.status, 1);
    });
  });

  Deno.test("the independent reader refuses an event file in which a bit is wrong", async () => {
    await withTempFolder(async (folder) => {
      const run = await writeRun(folder), path = join(folder, basename(run), FILE);
      await exportTensorboard(run, folder);
      const bytes = await Deno.readFile(path), at = bytes.length - 6;
      bytes[at] = bytes[at]! ^ 1;
      await Deno.writeFile(path, bytes);
      await assertRejects(() => read(path), Error, "Incorrect record CRC32C");
    });
  });
}

// deno-lint-ignore no-explicit-any
function curve({ wall_time, step, file_version, summary }: any): readonly unknown[] {
  const values = summary?.value.map(({ tag, simple_value }: Record<string, unknown>) =>
    `${tag} ${simple_value}`
  );
  return [wall_time, step, file_version ?? values.join(", ")];
}

Deno.test("export --tensorboard says of which run there is nothing, and where it cannot write", async () => {
  await withTempFolder(async (folder) => {
    await assertRejects(
      () => exportTensorboard(folder, folder),
      Error,
      `Cannot export ${folder}: run.json is missing`,
    );
    const run = await writeRun(folder), file = join(run, "run.json");
    const error = await assertRejects(() => exportTensorboard(run, file), Error);
    assert(error.message.startsWith(`Cannot write ${file}/`), error.message);
  });
});
