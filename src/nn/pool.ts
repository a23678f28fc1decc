/** What the pooling layers share. */
import type { Node } from "../ir/node.ts";
import { positions } from "../ops/_conv.ts";
import type { PoolOptions } from "../ops/_pool.ts";
import { type Layer, refuseShape } from "./layer.ts";
import { type Pair, pairOf } from "./pair.ts";

/** Settings of `maxPool2d` and `avgPool2d`. */
export interface PoolLayerOptions {
  /** Pixels from one window to the next: a number, or [down, across]. Default: the window's size. */
  readonly stride?: Pair;
  /** Of `maxPool2d`: each of equal maxima takes the window's whole gradient, as in Theano; else the first does. Default false. */
  readonly sharesTies?: boolean;
}

/** A pooling layer, given the node function of its op. */
export function poolLayer(
  kind: string,
  pool: (x: Node, options: PoolOptions) => Node,
  windowSize: Pair,
  { stride: strides = windowSize, sharesTies = false }: PoolLayerOptions,
): Layer {
  const window = pairOf("window of a pooling layer", windowSize);
  const stride = pairOf("stride of a pooling layer", strides);
  return {
    kind,
    config: {
      windowHeight: window[0],
      windowWidth: window[1],
      strideY: stride[0],
      strideX: stride[1],
      ...(sharesTies && { sharesTies }),
    },
    build(name, inputShape) {
      const [height, width, channels] = inputShape;
      if (inputShape.length !== 3) refuseShape(name, kind, inputShape, "images [height,width,channels]");
      if (window[0] > height! || window[1] > width!) {
        refuseShape(name, kind, inputShape, `images at least as large as its window [${window}]`);
      }
      const rows = positions(height!, window[0], stride[0], 0),
        columns = positions(width!, window[1], stride[1], 0);
      return {
        outputShape: [rows, columns, channels!],
        parameters: [],
        apply: (x) => pool(x, { window, stride, label: name, ...(sharesTies && { sharesTies }) }),
      };
    },
  };
}

/** Window and stride of a pooling layer from what is saved of it. */
export function poolFromConfig(
  layer: (window: Pair, options: PoolLayerOptions) => Layer,
): (config: Layer["config"]) => Layer {
  return ({ windowHeight, windowWidth, strideY, strideX, sharesTies }) =>
    layer([windowHeight as number, windowWidth as number], {
      stride: [strideY as number, strideX as number],
      ...(sharesTies === true && { sharesTies }),
    });
}
