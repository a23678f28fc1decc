import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { reshape } from "../ops/reshape.ts";
import { upsample2d as upsample2dNode } from "../ops/upsample2d.ts";
import { type Layer, refuseShape } from "./layer.ts";
import { type Pair, pairOf } from "./pair.ts";

/** How pixels are made of others. */
export type UpsampleMode = "nearest" | "bilinear";

/** Settings of `upsample2d`. */
export interface Upsample2dOptions {
  /** How many times as large: a positive whole number, or [height, width]. Default 2. */
  readonly factor?: Pair;
  /** `nearest` repeats each pixel, `bilinear` lies on the lines between the nearest. Default `nearest`. */
  readonly mode?: UpsampleMode;
}

/**
 * Images made larger by whole factors, the way a decoder grows what it is given without weights.
 *
 * Shapes: rows [H,W] (one channel) or [H,W,C] → rows [H·factor,W·factor,C]. The numbers are those of PyTorch's Upsample
 * (`align_corners` false) and Keras's UpSampling2D. Throws when a factor is not a positive whole number; building it throws
 * when its input holds no images.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { upsample2d } from "descent";
 * assert(`${upsample2d({ factor: [2, 3], mode: "bilinear" }).build("up", [7, 7, 16], 0).outputShape}` === "14,21,16");
 * ```
 */
export function upsample2d(options: Upsample2dOptions = {}): Layer {
  checkOptions("upsample2d", options, { factor: true, mode: true });
  const { factor: factors = 2, mode = "nearest" } = options, factor = pairOf("factor of upsample2d", factors);
  require(
    mode === "nearest" || mode === "bilinear",
    () => `The mode of upsample2d is "nearest" or "bilinear", got ${shown(mode)}`,
  );
  return {
    kind: "upsample2d",
    config: { factorY: factor[0], factorX: factor[1], mode },
    build(name, inputShape) {
      const [height, width, channels = 1] = inputShape;
      if (inputShape.length !== 2 && inputShape.length !== 3) {
        refuseShape(name, "upsample2d", inputShape, "images [height,width] or [height,width,channels]");
      }
      return {
        outputShape: [height! * factor[0], width! * factor[1], channels],
        parameters: [],
        apply: (x) =>
          upsample2dNode(reshape(x, [height!, width!, channels], `${name}/images`), {
            factor,
            bilinear: mode === "bilinear",
            label: name,
          }),
      };
    },
  };
}

/** Such a layer from what is saved of it. */
export function upsample2dFromConfig({ factorY, factorX, mode }: Layer["config"]): Layer {
  return upsample2d({ factor: [factorY as number, factorX as number], mode: mode as UpsampleMode });
}
