/**
 * Finding a way to the GPU on a machine that may lack parts of it: Vulkan's loader, or a description of the driver. Every
 * environment that could do is tried with `probe.ts`.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FoundAdapter } from "../../src/exec/webgpu.ts";

/** Variables under which WebGPU finds an adapter, and which. */
export interface Driver {
  readonly env: Readonly<Record<string, string>>;
  readonly adapter: FoundAdapter;
}

export interface DriverSearch {
  /** Folder of the kit, with a folder `loader` of libraries. */
  readonly kit: string;
  /** For descriptions that are written here. */
  readonly work: string;
  /** Take a software adapter where there is nothing else. */
  readonly software: boolean;
  readonly log: (line: string) => void;
}

/** Libraries of NVIDIA's driver that are one of Vulkan's; the first needs no display. */
const NVIDIA_LIBRARIES = ["libEGL_nvidia.so.0", "libGLX_nvidia.so.0"];
const PROBE = fileURLToPath(new URL("probe.ts", import.meta.url));
const PROBE_MS = 40_000;

/** What a command prints, whatever becomes of it; nothing where there is no such command. */
async function printedBy(command: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await new Deno.Command(command, {
      args: [...args],
      stdout: "piped",
      stderr: "null",
      signal: AbortSignal.timeout(PROBE_MS),
    }).output();
    return new TextDecoder().decode(stdout);
  } catch {
    return "";
  }
}

/** Files of such a name; containers keep drivers in odd places. */
async function filesNamed(name: string, without: string): Promise<readonly string[]> {
  const pruned = ["/proc", "/sys", without].flatMap((path, i) => [...(i > 0 ? ["-o"] : []), "-path", path]);
  const args = ["/", "-maxdepth", "8", "(", ...pruned, ")", "-prune", "-o", "-name", name, "-print"];
  return (await printedBy("find", args)).split("\n").filter((line) => line !== "");
}

/** Descriptions of drivers, NVIDIA's first; one is written where its library is there without any. */
async function descriptions({ kit, work }: DriverSearch): Promise<readonly string[]> {
  const found = (await filesNamed("*icd*.json", kit)).filter((path) => /vulkan|nvidia/.test(path));
  const linked = await printedBy("ldconfig", ["-p"]), written: string[] = [];
  for (const name of NVIDIA_LIBRARIES) {
    const known = linked.split("\n").find((line) => line.includes(name))?.split("=>").at(-1)?.trim();
    const path = known ?? (await filesNamed(name, kit))[0];
    if (path === undefined) continue;
    const file = join(work, `${name}.json`);
    const driver = { library_path: path, api_version: "1.3" };
    await Deno.writeTextFile(file, JSON.stringify({ file_format_version: "1.0.0", ICD: driver }));
    written.push(file);
  }
  const isNvidia = (path: string) => path.includes("nvidia_icd");
  return [...found.filter(isNvidia), ...written, ...found.filter((path) => !isNvidia(path))];
}

/** The variables to try, in order: of each driver with the system's loader, then with the kit's. */
export function environments(
  { given, loader, drivers }: {
    readonly given: string | undefined;
    readonly loader: string;
    readonly drivers: readonly string[];
  },
): readonly Readonly<Record<string, string>>[] {
  const paths = [given ?? "", [loader, ...(given ? [given] : [])].join(":")];
  return paths.flatMap((path) =>
    ["", ...drivers].map((driver) => ({
      DENO_WEBGPU_BACKEND: "vulkan",
      ...(path !== "" && { LD_LIBRARY_PATH: path }),
      ...(driver !== "" && { VK_DRIVER_FILES: driver, VK_ICD_FILENAMES: driver }),
    }))
  );
}

/** The first environment with a GPU; else, where it is allowed, with a software adapter. */
export async function findDriver(search: DriverSearch): Promise<Driver | undefined> {
  let software: Driver | undefined;
  const tried = environments({
    given: Deno.env.get("LD_LIBRARY_PATH"),
    loader: join(search.kit, "loader"),
    drivers: await descriptions(search),
  });
  for (const env of tried) {
    const adapter = await probe(env);
    search.log(`adapter with ${JSON.stringify(env)}: ${adapter.why}`);
    if (adapter.kind === "gpu") return { env, adapter };
    if (adapter.kind === "software") software ??= { env, adapter };
  }
  return search.software ? software : undefined;
}

async function probe(env: Readonly<Record<string, string>>): Promise<FoundAdapter> {
  const args = ["run", "--quiet", "--no-prompt", "--cached-only", "--no-check", "-A", PROBE];
  try {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args,
      env: { ...env },
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(PROBE_MS),
    }).output();
    const line = new TextDecoder().decode(stdout).split("\n").find((line) => line.startsWith("{"));
    if (line !== undefined) return JSON.parse(line);
    const why = new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "";
    return { kind: "none", name: "", why: why || "the process ended without a word" };
  } catch (error) {
    return { kind: "none", name: "", why: String(error) };
  }
}
