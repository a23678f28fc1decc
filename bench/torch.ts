/** PyTorch on this machine: which Python has it, and how to start it at its best. */
import { fileURLToPath } from "node:url";
import { outputOf, type Side } from "./sides.ts";

export interface FoundTorch {
  readonly python: string;
  readonly version: string;
  readonly cuda: boolean;
  /** What the processor can do, as Linux names it: `avx2` … */
  readonly flags: readonly string[];
}

/** What to say where there is none. */
export const TORCH_MISSING =
  'PyTorch is left out: no python3 here can import torch; on Debian "apt-get install -y ' +
  '--no-install-recommends python3-torch libopenblas0-openmp" brings it, elsewhere "pip install torch"';

const PYTHONS = ["python3", "/usr/bin/python3"];
/** Deno does not let a program read /proc without all permissions: Python looks for the processor's flags. */
const PROBE = `import json, torch
try:
    lines = open("/proc/cpuinfo").readlines()
except OSError:
    lines = []
flags = next((line.split() for line in lines if line.startswith("flags")), [])
print(json.dumps({"version": torch.__version__, "cuda": torch.cuda.is_available(), "flags": flags}))`;
const SCRIPT = fileURLToPath(new URL("peers/torch_side.py", import.meta.url));

/** The first Python that can import torch: the one given, else those that are usual. */
export async function findTorch(python?: string): Promise<FoundTorch | undefined> {
  for (const candidate of python === undefined ? PYTHONS : [python]) {
    const printed = await outputOf(candidate, ["-c", PROBE]);
    if (printed !== undefined) {
      return { python: candidate, ...JSON.parse(printed.trim().split("\n").at(-1)!) };
    }
  }
  return undefined;
}

export interface TorchSideOptions {
  /** By torch.compile too. */
  readonly compile?: boolean | undefined;
  /** The time of the processor, not of the clock. */
  readonly cpuTime?: boolean | undefined;
}

/** PyTorch on the processor. */
export async function torchSide(
  { python, flags }: FoundTorch,
  threads: number,
  options: TorchSideOptions = {},
): Promise<Side> {
  const env = blasEnvironment(threads, flags, await openBlasFolders());
  return { name: "pytorch", threads, command: python, ...scriptOf(options), env };
}

/** PyTorch on an NVIDIA GPU. */
export function torchCudaSide({ python }: FoundTorch, options: TorchSideOptions = {}): Side {
  return { name: "pytorch", threads: 1, command: python, ...scriptOf(options, ["--device", "cuda"]) };
}

function scriptOf({ compile = false, cpuTime = false }: TorchSideOptions, more: readonly string[] = []) {
  return {
    args:
      () => ["-B", SCRIPT, ...more, ...(compile ? ["--compile"] : []), ...(cpuTime ? ["--cpu-time"] : [])],
    ...(compile && { startSeconds: 300 }),
  };
}

/**
 * Environment that makes Debian's PyTorch fast. Its default is the reference BLAS, tens of times slower than
 * OpenBLAS, whose older releases in turn take SSE3 kernels on processors that they do not know.
 */
export function blasEnvironment(
  threads: number,
  flags: readonly string[],
  folders: readonly string[],
): Readonly<Record<string, string>> {
  const count = `${threads}`,
    core = flags.includes("avx512vl") ? "SkylakeX" : flags.includes("avx2") ? "Haswell" : "";
  return {
    OMP_NUM_THREADS: count,
    OPENBLAS_NUM_THREADS: count,
    ...(folders.length > 0 && { LD_LIBRARY_PATH: folders[0]! }),
    ...(core !== "" && { OPENBLAS_CORETYPE: core }),
  };
}

/** Debian's folders of OpenBLAS built with OpenMP, which shares its threads with PyTorch's. */
async function openBlasFolders(): Promise<readonly string[]> {
  const found: string[] = [];
  try {
    for await (const { name } of Deno.readDir("/usr/lib")) {
      const folder = `/usr/lib/${name}/openblas-openmp`;
      if (await Deno.stat(folder).then(({ isDirectory }) => isDirectory, () => false)) found.push(folder);
    }
  } catch {
    // Not a Debian: PyTorch brings its own BLAS.
  }
  return found;
}
