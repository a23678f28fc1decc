/** Whether training for long, or often, takes more and more of anything. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { gpuTest } from "../exec/webgpu_support.ts";
import { longOr, withTempFolder } from "../fixtures.ts";
import type { Endurance, Held } from "./endurance_probe.ts";

const PROBE = fileURLToPath(new URL("./endurance_probe.ts", import.meta.url));
/** So many moments are looked at, of which the first warm up: each network's kernels are compiled, and caches fill. */
const MOMENTS = longOr(4, 10), WARM_UP = longOr(3, 4);
/** MiB that memory may grow by after that. */
const MOST_MEMORY = 12;
/** Threads that may join those of the first training: Deno's that read files come and go, and a driver's. */
const MOST_THREADS = { wasm: 4, webgpu: 20 } as const;
/** Files that may be open besides: Deno's own come and go with its threads. */
const MOST_FILES = 8;
/** Devices of executors that were closed a moment ago, and the open one. */
const MOST_DEVICES = 4;

async function enduranceOf(backend: string, steps: number, fits: number): Promise<Endurance> {
  return await withTempFolder(async (folder) => {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--allow-all",
        PROBE,
        backend,
        ...[steps, fits, MOMENTS].map(String),
        folder,
      ],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  });
}

function assertFlat(
  moments: readonly Held[],
  most: { readonly memory: number; readonly threads: number },
  text: string,
): void {
  assertEquals(moments.length, MOMENTS, text);
  const before = moments[WARM_UP - 1]!;
  for (const { memory, threads, files, gpuBuffers, gpuDevices } of moments.slice(WARM_UP)) {
    assert(memory <= before.memory + most.memory, `memory, ${text}`);
    assert(threads <= most.threads, `threads, ${text}`);
    assert(files <= before.files + MOST_FILES, `files, ${text}`);
    assertEquals(gpuBuffers, before.gpuBuffers, text);
    assert(gpuDevices <= MOST_DEVICES, `devices, ${text}`);
  }
}

function assertAllFlat(backend: "wasm" | "webgpu", all: Endurance): void {
  const [[first]] = Object.values(all) as [[Held]];
  for (const [what, moments] of Object.entries(all)) {
    // Drivers keep some of a device that is gone: to open and close devices and do nothing else costs as much.
    const isDrivers = backend === "webgpu" && what.includes("of their own");
    const memory = isDrivers ? Infinity : MOST_MEMORY, threads = first.threads + MOST_THREADS[backend];
    assertFlat(moments, { memory, threads }, `${what}: ${JSON.stringify(moments)}`);
    if (what.startsWith("fits")) assertEquals(moments.at(-1)!.gpuBuffers, 0, what);
  }
}

const STEPS = longOr(500, 10_000), FITS = longOr(10, 100);

Deno.test(
  `${STEPS} steps of each kind of network and ${FITS} fits in one process, on WASM, open at most ${MOST_FILES} more files, take ` +
    `at most ${MOST_THREADS.wasm} more threads, and once warm at most ${MOST_MEMORY} MiB more memory`,
  async () => assertAllFlat("wasm", await enduranceOf("wasm", STEPS, FITS)),
);

const GPU_STEPS = longOr(40, 1000), GPU_FITS = longOr(4, 40);

gpuTest(
  `${GPU_STEPS} steps of each kind of network and ${GPU_FITS} fits in one process, on WebGPU, open at most ${MOST_FILES} more ` +
    `files, keep no buffer, at most ${MOST_DEVICES} devices and ${MOST_THREADS.webgpu} more threads, and take once warm at most ` +
    `${MOST_MEMORY} MiB more memory`,
  async () => assertAllFlat("webgpu", await enduranceOf("webgpu", GPU_STEPS, GPU_FITS)),
);
