/** A browser: a page, or a worker of one. */
import type { Files, Platform, PlatformWorker, Unpacking, WorkerPort } from "./platform.ts";
import { fetchAsset } from "./platform_builtins.ts";

const noFiles = () =>
  Promise.reject(
    new Error(
      "a browser gives programs no files; read from an address (https://…), or use bytes, as encodeModel() and " +
        "decodeModel() do",
    ),
  );

const FILES: Files = {
  stat: noFiles,
  lstat: noFiles,
  readLink: noFiles,
  read: noFiles,
  readStart: noFiles,
  list: noFiles,
  write: noFiles,
  syncFolder: noFiles,
  makeFolder: noFiles,
  rename: noFiles,
  remove: noFiles,
  isNotFound: () => false,
  isKeptOut: () => false,
  pathOf: (address) => address.href,
};

/** What a worker of the web has of the page: the same in Deno. */
export function webWorkerPort(): WorkerPort {
  const scope = globalThis as unknown as {
    onmessage: (event: { readonly data: unknown }) => void;
    postMessage(message: unknown): void;
    close(): void;
  };
  return {
    listen(use) {
      scope.onmessage = ({ data }) => use(data);
    },
    post: (message) => scope.postMessage(message),
    close: () => scope.close(),
  };
}

/** A browser as a place. */
export function browserPlatform(): Platform {
  return {
    files: FILES,
    readAsset: fetchAsset,
    Worker: globalThis.Worker as unknown as new (address: URL) => PlatformWorker,
    workerPort: webWorkerPort,
    whyNoSharing: () =>
      typeof SharedArrayBuffer !== "undefined"
        ? undefined
        : "this page is not isolated from others: serve it with the headers Cross-Origin-Opener-Policy: same-origin " +
          "and Cross-Origin-Embedder-Policy: require-corp",
    countProcessors: () => navigator.hardwareConcurrency,
    engineFlags: () => [],
    addEngineFlags: () => false,
    prepareEngine() {},
    prepareForGpu: () => () => {},
    mapsWithinCall: false,
    gunzip,
    crc32,
    sha256: async (bytes) =>
      new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>)),
  };
}

/** A browser refuses gzip of several members. */
function gunzip(packed: Uint8Array): Unpacking {
  const reader = new Blob([packed as Uint8Array<ArrayBuffer>]).stream()
    .pipeThrough(new DecompressionStream("gzip")).getReader();
  return {
    pieces: piecesOf(reader),
    isWhole: () => true,
    stop: () => void reader.cancel().catch(() => {}),
  };
}

async function* piecesOf(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** Source: RFC 1952, section 8. */
function crc32(bytes: Uint8Array): number {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let c = byte;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c;
  });
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
