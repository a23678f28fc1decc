/** The time of each call of a workload's step, with what waiting for the one before it costs: lines of JSON. */
import { number } from "../../src/cli/flags.ts";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { countRows } from "../../src/data/data_set.ts";
import { timeCalls } from "../../src/exec/inspect.ts";
import { webgpuExecutor } from "../../src/exec/webgpu.ts";
import { callBytes, callFlops } from "../../src/ir/print.ts";
import { initializeWeights } from "../../src/nn/model.ts";
import { Session } from "../../src/train/session.ts";
import { NETWORKS } from "../networks.ts";
import { trainingImages } from "../options.ts";
import { shapeImages } from "../shapes.ts";
import { TRAININGS } from "../workloads.ts";

const FLAGS = {
  milliseconds: { value: "MS", help: "time for each workload, about (default 5000)", parse: number(1, 1e6) },
} as const;

const { words, values: { milliseconds = 5000 } } = parseFlags(FLAGS, Deno.args, { words: true });
const executor = await webgpuExecutor({ software: true }), digits = await trainingImages();
for (const { name: workload, network, batch, images, optimizer, loss } of TRAININGS) {
  if (!words.includes(workload)) continue;
  const train = images === "shapes" ? shapeImages() : digits, model = NETWORKS[network]();
  // The images' classes have names, and some networks are made for more of them.
  const { inputs, inputShape, targets } = train;
  const session = await Session.open(model, { train: { inputs, inputShape, targets } }, {
    optimizer: optimizer(),
    batch: batch === "all" ? countRows(train) : batch,
    seed: 1,
    loss: loss(),
    executor,
    weights: initializeWeights(model, 1),
  });
  const step = session.nextStep(), calls = session.program.plan.routines.train!;
  await session.program.run("train", [step]);
  const timesMs = await timeCalls(session.program, "train", step, { repeats: 2, mostMs: milliseconds });
  for (const [i, call] of calls.entries()) {
    const ms = timesMs[i]!, per = (count: number) => Number((count / ms / 1e6).toPrecision(3));
    console.log(JSON.stringify({
      ...{ workload, call: i, op: call.op.name, label: call.label, us: Number((1000 * ms).toPrecision(4)) },
      ...(ms > 0 && { gflops: per(callFlops(call)), gbPerSecond: per(callBytes(call)) }),
    }));
  }
  const sumUs = 1000 * timesMs.reduce((sum, ms) => sum + ms, 0);
  console.log(JSON.stringify({ workload, calls: calls.length, sumUs: Number(sumUs.toPrecision(5)) }));
  await session.close();
}
executor.close();
Deno.exit(0);
