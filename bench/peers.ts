/** `deno task bench:peers`: Descent on WASM beside PyTorch, TensorFlow.js, jax-js and ONNX Runtime on the same processor. */
import { join } from "node:path";
import { CONSOLE, guarded, type Output, usageOf } from "../src/cli/command.ts";
import { parseFlags } from "../src/cli/parse_flags.ts";
import { toOnnx } from "../src/onnx/mod.ts";
import type { Trained } from "../src/train/saved.ts";
import { chosen, compare } from "./rounds.ts";
import { defaultThreads } from "./devices.ts";
import { selectWorkloads } from "./names.ts";
import { COMPARE_FLAGS } from "./options.ts";
import { OURS } from "./ratios.ts";
import { denoSide, outputOf, type Side } from "./sides.ts";
import { findTorch, TORCH_MISSING, torchSide, type TorchSideOptions } from "./torch.ts";

const ABOUT =
  "Time training steps and calls of Descent and of its peers in turn on this processor, with ratios";

/** What to say of a peer that is not here. */
const MISSING = {
  pytorch: TORCH_MISSING,
  tfjs:
    "TensorFlow.js is left out: npm:@tensorflow/tfjs@4.22.0 and npm:@tensorflow/tfjs-backend-wasm@4.22.0 are not " +
    "in Deno's cache and cannot be fetched; run this once with a network",
  jax:
    "jax-js is left out: npm:@jax-js/jax@0.1.25 is not in Deno's cache and cannot be fetched; run this once with " +
    "a network",
  onnxruntime:
    "ONNX Runtime is left out: npm:onnxruntime-web@1.30.0 is not in Deno's cache and cannot be fetched; run this " +
    "once with a network",
} as const;

/** Those that are written for TensorFlow.js and jax-js too. */
const DENSE_AND_SMALL = ["W1", "W2", "W3", "W4", "W5", "W6", "W7", "W11"];

/** Workloads of a peer that does not do all. */
const WORKLOADS: Partial<Record<PeerName, readonly string[]>> = {
  tfjs: DENSE_AND_SMALL,
  jax: DENSE_AND_SMALL,
  onnxruntime: ["W11"],
};

export type PeerName = keyof typeof MISSING;
const PEERS = Object.keys(MISSING) as PeerName[];

export async function main(args: readonly string[], output: Output = CONSOLE): Promise<number> {
  return await guarded(() => benchPeers(args, output), output);
}

async function benchPeers(args: readonly string[], output: Output): Promise<number> {
  const { words, values } = parseFlags(COMPARE_FLAGS, args, { words: true });
  if (values.help) {
    output.print(usageOf({ about: ABOUT, task: "bench:peers [W1 … W11]", flags: COMPARE_FLAGS }));
    return 0;
  }
  const workloads = selectWorkloads(words), names = chosen(values.only, PEERS);
  const threads = defaultThreads(),
    sides: Side[] = threads.map((count) => denoSide(OURS, "descent.ts", count));
  const isAsked = (name: PeerName) =>
    names.includes(name) && workloads.some((one) => WORKLOADS[name]?.includes(one) ?? true);
  for (const name of PEERS.filter(isAsked)) {
    const found = await peerSides(name, threads, values);
    if (found === undefined) output.note(MISSING[name]);
    else sides.push(...found);
  }
  await compare(sides, workloads, values, output);
  return 0;
}

/** A peer with each number of threads; undefined if it is not installed. */
async function peerSides(
  name: PeerName,
  threads: readonly number[],
  { python, compile }: { readonly python?: string | undefined } & TorchSideOptions,
): Promise<readonly Side[] | undefined> {
  if (name === "pytorch") {
    const torch = await findTorch(python);
    return torch && await Promise.all(threads.map((count) => torchSide(torch, count, { compile })));
  }
  const sides = threads.map((count) => ({
    ...denoSide(name, `${name}.mjs`, count),
    workloads: WORKLOADS[name],
    ...(name === "onnxruntime" && { prepare: writeOnnx }),
  }));
  const { command, args } = sides[0]!;
  return await outputOf(command, [...args("."), "--probe"]) === undefined ? undefined : sides;
}

/** The network as files that take bytes and numbers. */
async function writeOnnx(folder: string, trained: Trained): Promise<void> {
  for (const inputs of ["bytes", "numbers"] as const) {
    await Deno.writeFile(join(folder, `predictor.${inputs}.onnx`), toOnnx(trained, { inputs }));
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
