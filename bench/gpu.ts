/** `deno task bench:gpu`: Descent on WebGPU beside PyTorch on CUDA, on the same GPU; needs no network. */
import { DescentError } from "../src/core/errors.ts";
import { findAdapter } from "../src/exec/webgpu.ts";
import { CONSOLE, guarded, type Output, usageOf } from "../src/cli/command.ts";
import { parseFlags } from "../src/cli/parse_flags.ts";
import { compare } from "./rounds.ts";
import { selectWorkloads } from "./names.ts";
import { COMPARE_FLAGS } from "./options.ts";
import { OURS } from "./ratios.ts";
import { denoSide } from "./sides.ts";
import { findTorch, type FoundTorch, torchCudaSide } from "./torch.ts";

const ABOUT =
  "Time training steps and calls of Descent on WebGPU and of PyTorch on CUDA in turn on this GPU, with ratios";

const { only: _, ...GPU_FLAGS } = COMPARE_FLAGS;

/** How to look for what this machine has. */
interface Search {
  readonly adapter: typeof findAdapter;
  readonly torch: (python?: string) => Promise<FoundTorch | undefined>;
}

export async function main(
  args: readonly string[],
  output: Output = CONSOLE,
  search: Search = { adapter: findAdapter, torch: findTorch },
): Promise<number> {
  return await guarded(() => benchGpu(args, output, search), output);
}

async function benchGpu(args: readonly string[], output: Output, search: Search): Promise<number> {
  const { words, values } = parseFlags(GPU_FLAGS, args, { words: true });
  if (values.help) {
    output.print(usageOf({ about: ABOUT, task: "bench:gpu [W1 … W11]", flags: GPU_FLAGS }));
    return 0;
  }
  const workloads = selectWorkloads(words);
  const { kind, name, why } = await search.adapter();
  if (kind !== "gpu") throw new DescentError(`There is no GPU to compare on: ${why}`);
  const torch = await search.torch(values.python);
  if (torch === undefined || !torch.cuda) throw new DescentError(noCuda(torch));
  output.note(`Descent on ${name} by WebGPU, PyTorch ${torch.version} by CUDA`);
  const ours = denoSide(OURS, "descent.ts", 0, ["--backend", "webgpu"]);
  await compare([ours, torchCudaSide(torch, values)], workloads, values, output);
  return 0;
}

function noCuda(torch: FoundTorch | undefined): string {
  return torch === undefined
    ? "There is no PyTorch to compare with: no python3 here can import torch; install it with CUDA, or name the " +
      "Python that has it by --python PATH"
    : `There is no PyTorch with CUDA to compare with: torch.cuda.is_available() is false for PyTorch ${torch.version} of ` +
      `${torch.python}; install one that has CUDA, or name the Python that has it by --python PATH`;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
