/** Zeros around images, as the layers take them that move a window. */
import { require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import type { Attr } from "../ir/op.ts";

/** Rows and columns around an image. */
export type Padding = readonly [top: number, bottom: number, left: number, right: number];

/**
 * `valid`: none. `same`: as much as it takes for ⌈size/stride⌉ positions, an odd row or column of it at the bottom or right,
 * as in Keras. Else pixels on every side, or [top, bottom, left, right].
 */
export type PaddingOption = "valid" | "same" | number | Padding;

type Sizes = readonly [height: number, width: number];

/** Throws the sentence for what is no padding; `what` is its last word, such as `convolution`. */
export function checkPadding(what: string, padding: PaddingOption): void {
  const sides = typeof padding === "number" ? [padding] : padding;
  const isSize = (side: unknown) => Number.isSafeInteger(side) && (side as number) >= 0;
  require(
    sides === "valid" || sides === "same" ||
      (Array.isArray(sides) && [1, 4].includes(sides.length) && sides.every(isSize)),
    () =>
      `The padding of a ${what} must be "valid", "same", a whole number of 0 or more, or four of them ` +
      `[top, bottom, left, right], got ${shown(padding)}`,
  );
}

/** The pixels on each side of images of `size`, for windows that reach over `span` pixels. */
export function paddingFor(size: Sizes, span: Sizes, stride: Sizes, padding: PaddingOption): Padding {
  if (padding === "valid") return [0, 0, 0, 0];
  if (typeof padding === "number") return [padding, padding, padding, padding];
  if (padding !== "same") return padding;
  return [...samePads(size[0], span[0], stride[0]), ...samePads(size[1], span[1], stride[1])];
}

/** Padding before and after an axis for ⌈size/stride⌉ positions; the odd one comes after. */
function samePads(size: number, span: number, stride: number): readonly [before: number, after: number] {
  const all = Math.max((Math.ceil(size / stride) - 1) * stride + span - size, 0),
    before = Math.floor(all / 2);
  return [before, all - before];
}

/** As a layer's config holds it. */
export function paddingConfig(padding: PaddingOption): string | number {
  return typeof padding === "object" ? padding.join() : padding;
}

/** From what is saved of it. */
export function paddingFromConfig(saved: Attr | undefined): PaddingOption {
  const sides = typeof saved === "string" ? saved.split(",").map(Number) : [];
  const [top = 0, bottom = 0, left = 0, right = 0] = sides;
  return sides.length === 4 ? [top, bottom, left, right] : saved as PaddingOption;
}
