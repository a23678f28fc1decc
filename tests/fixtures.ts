/** Small IDX sets for tests: deterministic, and learnable within a few epochs. */
import { join } from "node:path";
import { randomWords, STREAM } from "../src/core/random.ts";
import type { Shape } from "../src/core/tensor.ts";
import { PIXEL_SCALING } from "../src/data/data_set.ts";
import type { SessionSizes } from "../src/train/session_plan.ts";
import type { NumberArray } from "../src/data/elements.ts";

/** Whether the full counts are asked for: `deno task test:long`. */
export const IS_LONG = Deno.env.get("DESCENT_LONG") === "1";

/** How many of something a test takes: `few` in `deno task test`, `many` in `deno task test:long`. */
export function longOr(few: number, many: number): number {
  return IS_LONG ? many : few;
}

/** What a plan for images with class indices is made for; `rows` are those of all sets. */
export function imageSizes(
  { rows, trainRows, pixels, classes }: {
    readonly rows: number;
    readonly trainRows: number;
    readonly pixels: number;
    readonly classes: number;
  },
): SessionSizes {
  const names = Array.from({ length: classes }, (_, index) => String(index));
  return {
    kind: {
      columns: pixels,
      inputs: { kind: "bytes", scaling: PIXEL_SCALING },
      targets: { kind: "classes", names },
      weighted: false,
    },
    trainRows,
    heldOutRows: rows - trainRows,
  };
}

/** What to write; every field has a default. */
export interface IdxFolderOptions {
  /** Rows of the training files, 300 by default; row r has class r % classes.length. */
  readonly train?: number;
  /** Rows of the t10k files, 60 by default. */
  readonly t10k?: number;
  /** Labels, at most 16; 0 … 9 by default. */
  readonly classes?: readonly number[];
  /** Height and width of the images, at least 4; 28 by default. */
  readonly size?: number;
  readonly seed?: number;
  /** Packs the files and adds `.gz` to their names. */
  readonly gzip?: boolean;
  /** `train-images.idx3-ubyte` in place of `train-images-idx3-ubyte`. */
  readonly dotted?: boolean;
}

/**
 * Writes the four files of a set into `folder`, which must exist, and returns its path. Class i has a bright
 * block in cell i of a grid of 4 × 4 over noise of at most a quarter of the full brightness.
 */
export async function writeIdxFolder(folder: string, options: IdxFolderOptions = {}): Promise<string> {
  const { train = 300, t10k = 60, size = 28, seed = 1, dotted = false } = options;
  const classes = options.classes ?? [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  for (const [part, rows, firstRow] of [["train", train, 0], ["t10k", t10k, train]] as const) {
    const images = Uint8Array.from(
      Array.from({ length: rows }, (_, row) => [
        ...blockImage(row % classes.length, size, { seed, row: firstRow + row }),
      ]).flat(),
    );
    const labels = Uint8Array.from({ length: rows }, (_, row) => classes[row % classes.length]!);
    const mark = dotted ? "." : "-";
    const files = [
      [`${part}-images${mark}idx3-ubyte`, encodeIdx([rows, size, size], images)],
      [`${part}-labels${mark}idx1-ubyte`, encodeIdx([rows], labels)],
    ] as const;
    for (const [name, bytes] of files) {
      if (options.gzip) await Deno.writeFile(join(folder, `${name}.gz`), await gzipBytes(bytes));
      else await Deno.writeFile(join(folder, name), bytes);
    }
  }
  return folder;
}

/** Codes of the types of IDX files, by the arrays that hold them. */
const IDX_TYPES = new Map<unknown, number>([
  [Uint8Array, 0x08],
  [Int8Array, 0x09],
  [Int16Array, 0x0b],
  [Int32Array, 0x0c],
  [Float32Array, 0x0d],
  [Float64Array, 0x0e],
]);

/** An IDX file of the type of `data`. */
export function encodeIdx(shape: Shape, data: NumberArray): Uint8Array<ArrayBuffer> {
  const headerBytes = 4 + 4 * shape.length, width = data.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(headerBytes + width * data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, (IDX_TYPES.get(data.constructor)! << 8) + shape.length);
  shape.forEach((size, axis) => view.setUint32(4 + 4 * axis, size));
  for (let i = 0; i < data.length; i++) {
    const element = new Uint8Array(data.buffer, data.byteOffset + width * i, width);
    bytes.set(element.toReversed(), headerBytes + width * i);
  }
  return bytes;
}

/** `bytes` packed by gzip. */
export async function gzipBytes(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** Runs `use` with a fresh folder, and removes it afterwards. */
export async function withTempFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "descent-test-" });
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function blockImage(index: number, size: number, place: { seed: number; row: number }): Uint8Array {
  const words = randomWords(size * size, { seed: place.seed, stream: STREAM.test, step: place.row });
  const block = Math.floor(size / 4), top = Math.floor(index / 4) * block, left = (index % 4) * block;
  return Uint8Array.from(words, (word, pixel) => {
    const noise = word >>> 26; // 0 … 63
    const y = Math.floor(pixel / size), x = pixel % size;
    const inBlock = y >= top && y < top + block && x >= left && x < left + block;
    return inBlock ? 192 + noise : noise;
  });
}
