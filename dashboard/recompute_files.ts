/**
 * What the reports' pages train with, in the folders of the sources: the worker and its threads as scripts where
 * `src/exec` is, from where the library finds its kernels and shaders; and the images.
 */
import { packImages } from "../experiments/images/image_pack.ts";
import { LABELS_FILE, PART_FILES } from "../experiments/images/image_pack.ts";
import { DescentError } from "../src/core/errors.ts";
import { packageSet } from "../src/data/source.ts";
import { readShader } from "../src/exec/read_shader.ts";
import { readKernels } from "../src/exec/wasm_load.ts";
import { findAsset } from "./assets.ts";

/** A file, and what it is to a browser. */
export interface RecomputeFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

const WORKER = "src/exec/recompute_worker.js", THREAD = "src/exec/recompute_thread.js";
const KERNELS = "kernels/build/kernels.wasm";
const BYTES = "application/octet-stream";

/** Addresses below `/recompute/`, all that there are. */
export async function recomputePaths(): Promise<readonly string[]> {
  const shaders: string[] = [];
  for await (const { name } of Deno.readDir(new URL("../wgsl/", import.meta.url))) {
    if (name.endsWith(".wgsl")) shaders.push(`wgsl/${name}`);
  }
  return [
    WORKER,
    THREAD,
    KERNELS,
    ...shaders.sort(),
    ...[LABELS_FILE, ...PART_FILES].map((name) => `images/${name}`),
  ];
}

/** A file by its address below `/recompute/`; undefined where there is none. Throws a sentence where it cannot be made. */
export async function recomputeFile(path: string): Promise<RecomputeFile | undefined> {
  const [, folder, name] = /^(images|wgsl)\/([a-z]\w*\.\w+)$/.exec(path) ?? [];
  if (folder === "images") {
    const bytes = await imageFile(name!);
    return bytes && { bytes, type: name === LABELS_FILE ? "application/json" : BYTES };
  }
  if (folder === "wgsl") return await shaderFile(name!);
  switch (path) {
    case WORKER:
      return await script("recompute_worker");
    case THREAD:
      return await script("recompute_thread");
    case KERNELS:
      return { bytes: await readKernels(), type: "application/wasm" };
    default:
      return undefined;
  }
}

/** The library starts its threads by the name of their source, which no browser runs. */
async function script(name: string): Promise<RecomputeFile | undefined> {
  const found = await findAsset(`workers/${name}.js`);
  if (found === undefined) return undefined;
  const text = new TextDecoder().decode(found.bytes).replaceAll("./wasm_worker.ts", "./recompute_thread.js");
  return { bytes: new TextEncoder().encode(text), type: found.type };
}

async function shaderFile(name: string): Promise<RecomputeFile | undefined> {
  const op = /^(\w+)\.wgsl$/.exec(name)?.[1];
  if (op === undefined) return undefined;
  try {
    const bytes = new TextEncoder().encode(await readShader(op));
    return { bytes, type: "text/plain; charset=utf-8" };
  } catch (error) {
    if (error instanceof DescentError && error.cause instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

let pack: Promise<ReturnType<typeof packImages>> | undefined;
/** Packing takes some seconds: once, when a reader first trains, or at the export. */
const packed = new Map<string, Uint8Array<ArrayBuffer>>();

async function imageFile(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const known = packed.get(name);
  if (known !== undefined) return known;
  pack ??= packageSet().then(packImages);
  let files: ReturnType<typeof packImages>;
  try {
    files = await pack;
  } catch (error) {
    pack = undefined;
    throw error;
  }
  const bytes = files.get(name)?.();
  if (bytes !== undefined) packed.set(name, bytes);
  return bytes;
}
