/** Node, and Bun, which has Node's modules. */
import type { Stats } from "node:fs";
import type { Worker } from "node:worker_threads";
import type { Files, FileStatus, Platform, PlatformWorker, WorkerPort } from "./platform.ts";
import { builtin, BUILTIN_PARTS, fetchAsset, hostProcess } from "./platform_builtins.ts";

const files = () => builtin("node:fs/promises");

const FILES: Files = {
  stat: (path) => inWords(async () => statusOf(await files().stat(path))),
  lstat: (path) => inWords(async () => statusOf(await files().lstat(path))),
  readLink: (path) => inWords(() => files().readlink(path)),
  read: (path) => inWords(async () => exactly(await files().readFile(path))),
  readStart: (path, size) => inWords(async () => exactly(await files().readFile(path)).subarray(0, size)),
  list: (folder) =>
    inWords(async () =>
      (await files().readdir(folder, { withFileTypes: true })).map((entry) => ({
        name: entry.name,
        isDirectory: entry.isDirectory(),
        isSymlink: entry.isSymbolicLink(),
      }))
    ),
  write: (path, bytes, { isNew }) =>
    inWords(async () => {
      const file = await files().open(path, isNew ? "wx" : "w");
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
    }),
  async syncFolder(folder) {
    try {
      const opened = await files().open(folder);
      await opened.sync().finally(() => opened.close());
    } catch {
      // Such a system's names are as safe as it makes them.
    }
  },
  makeFolder: (folder) => inWords(async () => void await files().mkdir(folder, { recursive: true })),
  rename: (from, to) => inWords(() => files().rename(from, to)),
  remove: (path) => inWords(() => files().rm(path)),
  isNotFound: (error) => codeOf(error) === "ENOENT",
  isKeptOut: () => false,
  pathOf: (address) => builtin("node:url").fileURLToPath(address),
};

function statusOf(found: Stats): FileStatus {
  return {
    isFile: found.isFile(),
    isDirectory: found.isDirectory(),
    isSymlink: found.isSymbolicLink(),
    size: found.size,
  };
}

/** Bytes that share their memory with nothing else, as a small `Buffer` does. */
function exactly(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, length } = bytes;
  return byteOffset === 0 && length === buffer.byteLength
    ? new Uint8Array(buffer as ArrayBuffer)
    : new Uint8Array(bytes);
}

function codeOf(error: unknown): string | undefined {
  return (error as { readonly code?: string } | undefined)?.code;
}

/** Leaves the system's words of an error: `ENOENT: no such file or directory, open 'x'` has them in the middle. */
async function inWords<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    const code = codeOf(error),
      [, words] = /^E\w+: (.*?)(?:, \w+ '.*)?$/s.exec((error as Error).message) ?? [];
    throw words === undefined ? error : Object.assign(new Error(words, { cause: error }), { code });
  }
}

/** A thread of `node:worker_threads` in the form of the web's. */
class NodeWorker implements PlatformWorker {
  onmessage: PlatformWorker["onmessage"] = null;
  onerror: PlatformWorker["onerror"] = null;
  readonly #worker: Worker;

  constructor(address: URL) {
    this.#worker = new (builtin("node:worker_threads").Worker)(address);
    this.#worker.on("message", (data: unknown) => {
      // From now on it waits for the program, and not the program for it.
      this.#worker.unref();
      this.onmessage?.({ data });
    });
    this.#worker.on("error", ({ message }: Error) => this.onerror?.({ message, preventDefault() {} }));
  }

  postMessage(message: unknown): void {
    this.#worker.postMessage(message);
  }
}

/** Node as a place. */
export function nodePlatform(): Platform {
  const { arch, execArgv, versions } = hostProcess()!;
  const added: string[] = [];
  const isBun = versions["bun"] !== undefined, isNode20 = versions["node"]?.startsWith("20.") ?? false;
  return {
    ...BUILTIN_PARTS,
    files: FILES,
    readAsset: (address) =>
      address.protocol === "file:" ? FILES.read(FILES.pathOf(address)) : fetchAsset(address),
    Worker: NodeWorker,
    workerPort(): WorkerPort {
      const port = builtin("node:worker_threads").parentPort!;
      return {
        listen: (use) => void port.on("message", use),
        post: (message) => port.postMessage(message),
        close: () => port.close(),
      };
    },
    countProcessors: () => builtin("node:os").availableParallelism(),
    engineFlags: () => arch === "x64" ? [...execArgv, ...added] : [],
    addEngineFlags(flags) {
      // Node 20 does not know all of them, and Bun's engine is another.
      if (arch !== "x64" || isNode20 || isBun) return false;
      for (const flag of flags) builtin("node:v8").setFlagsFromString(flag);
      added.push(...flags);
      return true;
    },
    // Node 20 has relaxed SIMD, but does not offer it by itself.
    prepareEngine() {
      if (isNode20 && !isBun) {
        builtin("node:v8").setFlagsFromString("--experimental-wasm-relaxed-simd");
      }
    },
    prepareForGpu: () => () => {},
    mapsWithinCall: false,
  };
}
