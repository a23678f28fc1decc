/** Deno. */
import type { Files, FileStatus, Platform, PlatformWorker, WorkerPort } from "./platform.ts";
import { builtin, BUILTIN_PARTS, fetchAsset } from "./platform_builtins.ts";
import { webWorkerPort } from "./platform_browser.ts";
import { FLAGS_VARIABLE, restartWith } from "./platform_restart.ts";

const FILES: Files = {
  stat: async (path) => statusOf(await Deno.stat(path)),
  lstat: async (path) => statusOf(await Deno.lstat(path)),
  readLink: (path) => Deno.readLink(path),
  read: (path) => Deno.readFile(path),
  async readStart(path, size) {
    const bytes = new Uint8Array(size);
    return await withFile(path, { read: true }, async (file) => {
      let at = 0;
      while (at < size) {
        const count = await file.read(bytes.subarray(at));
        if (count === null) break;
        at += count;
      }
      return bytes.subarray(0, at);
    });
  },
  list: (folder) => Array.fromAsync(Deno.readDir(folder)),
  async write(path, bytes, { isNew }) {
    const how = isNew ? { createNew: true } : { create: true, truncate: true };
    await withFile(path, { write: true, ...how }, async (file) => {
      for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
      await file.sync();
    });
  },
  async syncFolder(folder) {
    try {
      await withFile(folder, { read: true }, (opened) => opened.sync());
    } catch {
      // Such a system's names are as safe as it makes them.
    }
  },
  makeFolder: (folder) => Deno.mkdir(folder, { recursive: true }),
  rename: (from, to) => Deno.rename(from, to),
  remove: (path) => Deno.remove(path),
  isNotFound: (error) => error instanceof Deno.errors.NotFound,
  isKeptOut: (error) => error instanceof Deno.errors.NotCapable,
  pathOf: (address) => builtin("node:url").fileURLToPath(address),
};

/** Opens a file while `use` runs; not by `using`, which Node 20, that has this file in its package, cannot parse. */
async function withFile<T>(
  path: string,
  how: Deno.OpenOptions,
  use: (file: Deno.FsFile) => Promise<T>,
): Promise<T> {
  const file = await Deno.open(path, how);
  try {
    return await use(file);
  } finally {
    file.close();
  }
}

function statusOf({ isFile, isDirectory, isSymlink, size }: Deno.FileInfo): FileStatus {
  return { isFile, isDirectory, isSymlink, size };
}

/** Deno as a place. */
export function denoPlatform(): Platform {
  return {
    ...BUILTIN_PARTS,
    files: FILES,
    readAsset: (address) => address.protocol === "file:" ? Deno.readFile(address) : fetchAsset(address),
    Worker: Worker as unknown as new (address: URL) => PlatformWorker,
    workerPort: (): WorkerPort => webWorkerPort(),
    countProcessors: () => navigator.hardwareConcurrency,
    engineFlags() {
      if (Deno.build.arch !== "x86_64" || !mayRead(FLAGS_VARIABLE)) return [];
      return Deno.env.get(FLAGS_VARIABLE)?.split(",") ?? [];
    },
    addEngineFlags: restartWith,
    prepareEngine() {},
    prepareForGpu,
    mapsWithinCall: MAPPING_VERSIONS.includes(Deno.version.deno),
  };
}

/**
 * `mapAsync` waits for the device within its call, and then sleeps 10 ms before its promise resolves. That is no promise of
 * Deno's, which ends the process where a buffer is looked at too early: only versions are here that have been looked at.
 */
const MAPPING_VERSIONS: readonly string[] = ["2.9.6"];

/**
 * Two settings of Deno on Linux while it looks for an adapter, unless the user has made them: any folder as
 * XDG_RUNTIME_DIR, without which headless machines get two lines of noise, and Vulkan alone, since Deno has
 * panicked on OpenGL adapters and compiles kernels for them some fifty times slower.
 */
function prepareForGpu(): () => void {
  if (Deno.build.os !== "linux") return () => {};
  const settings = Object.entries({ XDG_RUNTIME_DIR: "/tmp", DENO_WEBGPU_BACKEND: "vulkan" }).filter(
    ([variable]) => mayRead(variable) && Deno.env.get(variable) === undefined,
  );
  for (const [variable, value] of settings) Deno.env.set(variable, value);
  return () => settings.forEach(([variable]) => Deno.env.delete(variable));
}

function mayRead(variable: string): boolean {
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted";
}
