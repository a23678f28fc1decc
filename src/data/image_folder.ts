/** Folders of PNG images, a folder for each class, as sets. */
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { joinPath } from "../core/paths.ts";
import { type Channels, decodePng, type PngHeader, pngHeader } from "./decode_png.ts";
import { roomForClasses } from "./class_indices.ts";
import type { DataSet } from "./data_set.ts";
import { namesIn, readBytes } from "./read_bytes.ts";

/** How a folder of images is read. */
export interface ImageFolderOptions {
  /** Height and width that each image must have; by default those of the first. */
  readonly size?: readonly [height: number, width: number];
  /** 1 for grey, 3 for colour, 4 for colour and alpha; by default 1 or 3, as the first image is. */
  readonly channels?: Channels;
  /** The classes, in their order, as training images had them; by default the names of the folders, sorted. */
  readonly classNames?: readonly string[];
}

/** A set that was read from images. */
export interface ImageFolderSet extends DataSet {
  /** Pixels. */
  readonly inputs: Uint8Array;
  /** The file of each row. */
  readonly files: readonly string[];
}

/** Files that systems leave in folders. */
const LEFT_BEHIND = /^(\.|thumbs\.db$|desktop\.ini$)/i;
const MOST_BYTES = 2 ** 32;

/**
 * Reads a folder that holds a folder of PNG images for each class: `pets/cat/1.png`, `pets/dog/1.png`. Rows are in the
 * order of the classes, and of the files' names in each.
 *
 * Pixels are bytes, rows `[height,width]` if grey and `[height,width,3]` if in colour. Palettes are looked up, samples of
 * 16 bits rounded to 8, and alpha is left out unless `channels` is 4. `channels` also turns grey to colour, and colour to
 * grey by the weights of Rec. 601.
 *
 * Throws `DescentError` if there is no such folder or no image, a file is no PNG or damaged, an image has another size
 * than the first, or some are grey and some in colour and `channels` is not given.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { encode } from "fast-png";
 * import { readImageFolder } from "descent/data";
 * const folder = await Deno.makeTempDir();
 * for (const [name, grey] of [["dark", 10], ["light", 240]] as const) {
 *   const data = new Uint8Array(6).fill(grey);
 *   await Deno.mkdir(`${folder}/${name}`);
 *   await Deno.writeFile(`${folder}/${name}/1.png`, encode({ width: 3, height: 2, channels: 1, data }));
 * }
 * const set = await readImageFolder(folder);
 * assert(set.classNames?.join() === "dark,light" && set.inputShape.join() === "2,3");
 * assert(set.inputs[6] === 240 && set.targets?.[1] === 1);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function readImageFolder(
  folder: string,
  options: ImageFolderOptions = {},
): Promise<ImageFolderSet> {
  checkImageOptions(options);
  const { classNames, images } = await listImages(folder, options.classNames);
  const files = images.map(({ path }) => path);
  let open:
    | { readonly first: PngHeader; readonly channels: Channels; readonly inputs: Uint8Array }
    | undefined;
  const targets = roomForClasses(images.length, classNames.length);
  for (const [row, { path, classIndex }] of images.entries()) {
    const bytes = await readBytes(path), header = pngHeader(bytes, path);
    open ??= openInputs(header, images.length, options);
    const { first, channels, inputs } = open;
    requireAlike(header, path, { first, firstPath: files[0]!, options });
    inputs.set(decodePng(bytes, path, channels), row * first.height * first.width * channels);
    targets[row] = classIndex;
  }
  const { first, channels, inputs } = open!;
  const inputShape = channels === 1 ? [first.height, first.width] : [first.height, first.width, channels];
  return { inputs, inputShape, targets, classNames, files };
}

interface ListedImage {
  readonly path: string;
  readonly classIndex: number;
}

async function listImages(folder: string, given: readonly string[] | undefined) {
  const entries = (await namesIn(folder)).filter(({ name }) => !LEFT_BEHIND.test(name));
  const loose = entries.find(({ name, isFolder }) => !isFolder && /\.png$/i.test(name));
  require(
    loose === undefined,
    () => `${joinPath(folder, loose!.name)} lies in no class's folder; move it into one, such as "cat"`,
  );
  const found = entries.filter(({ isFolder }) => isFolder).map(({ name }) => name);
  require(
    found.length > 0,
    `The folder "${folder}" holds no folders; give each class a folder of its PNG images`,
  );
  const unknown = given && found.find((name) => !given.includes(name));
  require(
    unknown === undefined,
    () => `${joinPath(folder, unknown!)} is the folder of no class: the classes are ${given!.join(", ")}`,
  );
  const classNames = given ?? found, images: ListedImage[] = [];
  for (const [classIndex, name] of classNames.entries()) {
    if (found.includes(name)) images.push(...await imagesOfClass(joinPath(folder, name), classIndex));
  }
  return { classNames, images };
}

async function imagesOfClass(folder: string, classIndex: number): Promise<readonly ListedImage[]> {
  const entries = (await namesIn(folder)).filter(({ name }) => !LEFT_BEHIND.test(name));
  require(entries.length > 0, `The folder "${folder}" holds no images; fill it or remove it`);
  return entries.map(({ name, isFolder }) => {
    const path = joinPath(folder, name);
    require(!isFolder, `${path} is a folder within the folder of a class; move its images up`);
    require(
      /\.png$/i.test(name),
      `${path} is no PNG file by its name; convert it, or keep it outside the folder of a class`,
    );
    return { path, classIndex };
  });
}

function openInputs(first: PngHeader, images: number, { channels: asked }: ImageFolderOptions) {
  const channels: Channels = asked ?? (first.isColour ? 3 : 1);
  const bytes = images * first.height * first.width * channels;
  require(
    bytes <= MOST_BYTES,
    `${images} images of ${
      sizeOf(first)
    } take ${bytes} bytes, more than ${MOST_BYTES}; read fewer or smaller ones`,
  );
  return { first, channels, inputs: new Uint8Array(bytes) };
}

interface AlikeOptions {
  readonly first: PngHeader;
  readonly firstPath: string;
  readonly options: ImageFolderOptions;
}

function requireAlike(header: PngHeader, path: string, { first, firstPath, options }: AlikeOptions): void {
  const [height, width] = options.size ?? [first.height, first.width];
  require(
    header.height === height && header.width === width,
    () =>
      `${path} has ${sizeOf(header)}, but ` +
      (options.size === undefined
        ? `${firstPath} has ${sizeOf(first)}`
        : `${height} × ${width} are expected`) +
      "; give all images one size",
  );
  require(
    options.channels !== undefined || header.isColour === first.isColour,
    () =>
      `${path} is ${header.isColour ? "in colour" : "grey"}, but ${firstPath} is ${
        first.isColour ? "in colour" : "grey"
      }; read all alike, { channels: 1 } or { channels: 3 }`,
  );
}

/** As shapes are written: height first. */
function sizeOf({ height, width }: PngHeader): string {
  return `${height} × ${width} pixels`;
}

function checkImageOptions(options: ImageFolderOptions): void {
  checkOptions("readImageFolder", options, { size: true, channels: true, classNames: true });
  const { size, channels, classNames } = options;
  require(
    channels === undefined || [1, 3, 4].includes(channels),
    () => `Images have 1 channel (grey), 3 (colour) or 4 (colour and alpha), got ${shown(channels)}`,
  );
  require(
    size === undefined ||
      (Array.isArray(size) && size.length === 2 &&
        size.every((side) => Number.isSafeInteger(side) && side > 0)),
    () => `The size of images is [height, width], such as [28, 28], got ${shown(size)}`,
  );
  require(
    classNames === undefined || (Array.isArray(classNames) && classNames.length > 0),
    () => `The classNames are a list of names of folders, got ${shown(classNames)}`,
  );
}
