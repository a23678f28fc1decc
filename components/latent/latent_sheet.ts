/** The sheet of all test images of a run. */
import { DescentError } from "../../src/core/errors.ts";
import type { LatentCodes } from "./latent_types.ts";

/** Loads the sheet once; gives image after image. */
export class ImageSheet {
  readonly #image: Promise<HTMLImageElement>;

  constructor(address: string, private readonly layout: NonNullable<LatentCodes["sheet"]>) {
    const image = new Image();
    this.#image = new Promise((resolve, reject) => {
      image.onload = () => resolve(image);
      image.onerror = () => reject(new DescentError("The images of this run cannot be read"));
    });
    // Whoever wants an image hears of it.
    this.#image.catch(() => {});
    image.src = address;
  }

  /** Paints an image, white on black, on a canvas that takes its size. Throws where the sheet ends before it. */
  async paint(canvas: HTMLCanvasElement, index: number): Promise<void> {
    const image = await this.#image, { columns, width, height } = this.layout;
    const left = (index % columns) * width, top = Math.floor(index / columns) * height;
    if (left + width > image.naturalWidth || top + height > image.naturalHeight) {
      throw new DescentError(`The sheet of images ends before image ${index}`);
    }
    Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d", { willReadFrequently: true })!;
    context.drawImage(image, left, top, width, height, 0, 0, width, height);
  }

  /** The bytes of an image, row after row. Throws on pages opened from disk, which may not read images. */
  async pixels(index: number): Promise<Uint8Array<ArrayBuffer>> {
    const canvas = document.createElement("canvas"), { width, height } = this.layout;
    await this.paint(canvas, index);
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, width, height);
    return Uint8Array.from({ length: width * height }, (_, i) => data[4 * i]!);
  }
}
