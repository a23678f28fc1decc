/**
 * The images that the reports choose, and no others, packed for a browser: three parts, of which it fetches those that a
 * selection has rows in. The labels of all 70,000 go along, because they decide which rows a selection takes.
 */
import { platform } from "../../src/core/choose_platform.ts";
import { DescentError } from "../../src/core/errors.ts";
import type { SourceFile, SourceLabels, SourceSet } from "../../src/data/source.ts";
import { decodePixels, encodePixels } from "./pixel_coder.ts";
import { type ImageSelection, type SelectedImages, selectOf, selectRows } from "./select.ts";
import { REPORT_A, REPORT_B } from "./selections.ts";

const SIZE = { width: 28, height: 28 } as const, PIXELS = SIZE.width * SIZE.height;
/** In front of a part's packed images: the CRC-32 of what they unpack to. */
const HEAD_BYTES = 4;

/** The seeds whose images are packed: those of the published runs. */
export const PACKED_SEEDS = 5;

/** File of the labels, and of what the images were read from. */
export const LABELS_FILE = "labels.json";
/** Files of images: of Report A's first seed, of Report B besides, of Report A's other seeds besides. */
export const PART_FILES = ["images_1.bin", "images_2.bin", "images_3.bin"] as const;

interface PackedLabels {
  readonly from: string;
  readonly files: readonly SourceFile[];
  /** A digit per image. */
  readonly train: string;
  readonly t10k: string;
}

/** Rows of each part, ascending; each row in one part alone. */
function partRows(labels: SourceLabels): readonly Uint32Array[] {
  const taken = new Set<number>();
  const rest = (selections: readonly ImageSelection[]) => {
    const own = new Set<number>();
    for (const selection of selections) {
      const { train, validation, test } = selectRows(labels, selection);
      for (const row of [...train, ...validation, ...test]) if (!taken.has(row)) own.add(row);
    }
    for (const row of own) taken.add(row);
    return Uint32Array.from(own).sort();
  };
  const ofSeed = (seed: number): ImageSelection => ({ ...REPORT_A, seed });
  const others = Array.from({ length: PACKED_SEEDS - 1 }, (_, i) => ofSeed(i + 2));
  return [rest([ofSeed(1)]), rest([REPORT_B]), rest(others)];
}

/** All files of the pack by their names, each packed when it is asked for. */
export function packImages(set: SourceSet): ReadonlyMap<string, () => Uint8Array<ArrayBuffer>> {
  const { from, files, train, t10k } = set;
  const labels = { from, trainLabels: train.labels.data, t10kLabels: t10k.labels.data };
  const packed: PackedLabels = {
    from,
    files,
    train: labels.trainLabels.join(""),
    t10k: labels.t10kLabels.join(""),
  };
  const parts = partRows(labels), trainRows = labels.trainLabels.length;
  const imageAt = (row: number) => {
    const { images: { data } } = row < trainRows ? train : t10k, at = row < trainRows ? row : row - trainRows;
    return data.subarray(at * PIXELS, (at + 1) * PIXELS);
  };
  return new Map([
    [LABELS_FILE, () => new TextEncoder().encode(JSON.stringify(packed))],
    ...PART_FILES.map((name, i) => [name, () => packPart(parts[i]!, imageAt)] as const),
  ]);
}

function packPart(rows: Uint32Array, imageAt: (row: number) => Uint8Array): Uint8Array<ArrayBuffer> {
  const pixels = new Uint8Array(rows.length * PIXELS);
  rows.forEach((row, i) => pixels.set(imageAt(row), i * PIXELS));
  const coded = encodePixels(pixels, SIZE), file = new Uint8Array(HEAD_BYTES + coded.length);
  new DataView(file.buffer).setUint32(0, platform().crc32(pixels), true);
  file.set(coded, HEAD_BYTES);
  return file;
}

/** The images of a pack: unpacked, and fetched, when a selection first has rows among them. */
export class PackedImages {
  readonly #read: (file: string) => Promise<Uint8Array<ArrayBuffer>>;
  #opened: Promise<Opened> | undefined;
  readonly #unpacked = new Map<number, Promise<void>>();
  /** Sets are some 10 MB each: runs of one seed share theirs. */
  readonly #selected = new Map<string, SelectedImages>();

  /** `read` gives the bytes of a file of the pack. */
  constructor(read: (file: string) => Promise<Uint8Array<ArrayBuffer>>) {
    this.#read = read;
  }

  async labels(): Promise<SourceLabels> {
    return (await this.#open()).labels;
  }

  /** What `selectImages` gives, bit for bit. Throws a `DescentError` where the pack has not all of the images. */
  async select(selection: ImageSelection): Promise<SelectedImages> {
    const key = JSON.stringify({ ...selection, ...(selection.first && { seed: 0 }) });
    const known = this.#selected.get(key);
    if (known !== undefined) return known;
    const { labels, set, parts } = await this.#open();
    const { train, validation, test } = selectRows(labels, selection);
    const missing = new Set([...train, ...validation, ...test]);
    for (const [i, rows] of parts.entries()) {
      const before = missing.size;
      for (const row of rows) missing.delete(row);
      if (missing.size < before) await this.#unpack(i);
    }
    if (missing.size > 0) {
      throw new DescentError(
        `${
          missing.size.toLocaleString("en")
        } of the images are not shipped with these pages: they hold those of the ` +
          `reports with the seeds 1 to ${PACKED_SEEDS}`,
      );
    }
    const selected = selectOf(set, selection);
    this.#selected.set(key, selected);
    return selected;
  }

  #open(): Promise<Opened> {
    return this.#opened ??= this.#readLabels().catch((error) => {
      this.#opened = undefined;
      throw error;
    });
  }

  async #readLabels(): Promise<Opened> {
    const bytes = await this.#read(LABELS_FILE);
    const { from, files, train, t10k } = JSON.parse(new TextDecoder().decode(bytes)) as PackedLabels;
    const labelled = (digits: string) => ({
      labels: { shape: [digits.length], data: Uint8Array.from(digits, Number) },
      images: {
        shape: [digits.length, SIZE.height, SIZE.width],
        data: new Uint8Array(digits.length * PIXELS),
      },
    });
    const set = { from, files, original: true, train: labelled(train), t10k: labelled(t10k) };
    const labels = { from, trainLabels: set.train.labels.data, t10kLabels: set.t10k.labels.data };
    return { labels, set, parts: partRows(labels) };
  }

  #unpack(part: number): Promise<void> {
    const known = this.#unpacked.get(part) ?? this.#readPart(part).catch((error) => {
      this.#unpacked.delete(part);
      throw error;
    });
    this.#unpacked.set(part, known);
    return known;
  }

  async #readPart(part: number): Promise<void> {
    const name = PART_FILES[part]!, file = await this.#read(name);
    const { parts, set: { train, t10k } } = await this.#open();
    const rows = parts[part]!, trainRows = train.labels.data.length;
    const pixels = decodePixels(file.subarray(HEAD_BYTES), rows.length, SIZE);
    if (platform().crc32(pixels) !== new DataView(file.buffer, file.byteOffset).getUint32(0, true)) {
      throw new DescentError(
        `${name} is damaged: its images are not those that were packed; export the pages again`,
      );
    }
    rows.forEach((row, i) => {
      const { images: { data } } = row < trainRows ? train : t10k,
        at = row < trainRows ? row : row - trainRows;
      data.set(pixels.subarray(i * PIXELS, (i + 1) * PIXELS), at * PIXELS);
    });
  }
}

interface Opened {
  readonly labels: SourceLabels;
  readonly set: SourceSet;
  readonly parts: readonly Uint32Array[];
}
