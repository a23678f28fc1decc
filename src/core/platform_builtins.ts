/** What Deno, Node and Bun have in common: Node's own modules, without an import that a bundler would follow. */
import type * as Crypto from "node:crypto";
import type * as FileSystem from "node:fs/promises";
import type * as Os from "node:os";
import type * as Url from "node:url";
import type * as V8 from "node:v8";
import type * as WorkerThreads from "node:worker_threads";
import type * as Zlib from "node:zlib";
import type { Platform, Unpacking } from "./platform.ts";

/** The modules that are used, by their names. */
export interface Builtins {
  readonly "node:crypto": typeof Crypto;
  readonly "node:fs/promises": typeof FileSystem;
  readonly "node:os": typeof Os;
  readonly "node:url": typeof Url;
  readonly "node:v8": typeof V8;
  readonly "node:worker_threads": typeof WorkerThreads;
  readonly "node:zlib": typeof Zlib;
}

/** The part of the global `process` that is used. */
export interface HostProcess {
  readonly arch: string;
  readonly execArgv: readonly string[];
  readonly versions: Readonly<Record<string, string | undefined>>;
  getBuiltinModule<Name extends keyof Builtins>(name: Name): Builtins[Name];
}

/** The global `process`, where the place has Node's modules (Node from 20.16 and 22.3 on). */
export function hostProcess(): HostProcess | undefined {
  const { process } = globalThis as { readonly process?: HostProcess };
  return typeof process?.getBuiltinModule === "function" ? process : undefined;
}

/** One of Node's modules. */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] {
  return hostProcess()!.getBuiltinModule(name);
}

/** The bytes of an address of the web. */
export async function fetchAsset(address: URL): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(address);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  await response.body?.cancel();
  throw new Error(`the server answers ${`${response.status} ${response.statusText}`.trim()}`);
}

/** What is the same on all of them. */
export const BUILTIN_PARTS = {
  gunzip(packed: Uint8Array): Unpacking {
    const stream = builtin("node:zlib").createGunzip();
    stream.end(packed);
    return {
      pieces: stream as AsyncIterable<Uint8Array>,
      // Zeros behind the last member end the stream, whatever follows them.
      isWhole: () => stream.bytesWritten >= packed.length,
      stop: () => stream.destroy(),
    };
  },
  crc32: (bytes: Uint8Array) => builtin("node:zlib").crc32(bytes),
  // Three times as fast as `crypto.subtle`, in Deno.
  sha256: (bytes: Uint8Array) =>
    Promise.resolve(new Uint8Array(builtin("node:crypto").createHash("sha256").update(bytes).digest())),
  whyNoSharing: () => undefined,
} satisfies Partial<Platform>;
