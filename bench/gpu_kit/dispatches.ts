/** What the GPU is, whether it passes the known answers, and what a call and a wait cost there: lines of JSON. */
import { number } from "../../src/cli/flags.ts";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { selfTest } from "../../src/exec/selftest.ts";
import { webgpuExecutor } from "../../src/exec/webgpu.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { compile } from "../../src/ir/plan.ts";
import { add } from "../../src/ops/add.ts";

const FLAGS = {
  calls: { value: "N", help: "calls to time (default 100000)", parse: number(1, 1e7) },
} as const;
const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupsPerDimension",
] as const;
const STEP = { start: 0, count: 1, slot: 0, step: 0, seed: 0, scalars: [] };
const WARM = 1000, REPEATS = 5;

const { calls = 100_000 } = parseFlags(FLAGS, Deno.args);
const executor = await webgpuExecutor({ software: true });
const limits = Object.fromEntries(LIMITS.map((name) => [name, Number(executor.device.limits[name])]));
console.log(
  JSON.stringify({ device: executor.description, features: [...executor.device.features], limits }),
);
await selfTest(executor);
console.log(JSON.stringify({ knownAnswers: "right" }));

// Each adds to what the one before has written, so that none can begin before that is done.
const a = leaf("state", "a", [256]), b = leaf("state", "b", [256]);
const there = add(a, b, "there"), back = add(there, b, "back");
const program = await executor.load(compile({ both: [back] }, { hoist: false }));

/** Time until so many steps of two calls are submitted, and until they are done. */
async function timed(steps: number): Promise<readonly [submitMs: number, doneMs: number]> {
  const all = new Array(steps).fill(STEP), started = performance.now();
  await program.run("both", all);
  const submitted = performance.now() - started;
  await program.read(back);
  return [submitted, performance.now() - started];
}

/** The least of some repeats, of both times. */
async function least(steps: number): Promise<readonly [submitMs: number, doneMs: number]> {
  let [submit, done] = [Infinity, Infinity];
  for (let i = 0; i < REPEATS; i++) {
    const [submitMs, doneMs] = await timed(steps);
    [submit, done] = [Math.min(submit, submitMs), Math.min(done, doneMs)];
  }
  return [submit, done];
}

await timed(WARM);
const steps = Math.ceil(calls / 2), [, waitMs] = await least(0), [submitMs, doneMs] = await least(steps);
console.log(JSON.stringify({
  waitMs,
  submitUsPerCall: 500 * submitMs / steps,
  usPerDependentCall: 500 * Math.max(0, doneMs - waitMs) / steps,
}));
program.close();
executor.close();
Deno.exit(0);
