/** The network and the optimizer that were chosen in the Playground, as the library has them. */
import { unreachable } from "../src/core/errors.ts";
import { conv2d } from "../src/nn/conv2d.ts";
import { corruption } from "../src/nn/corruption.ts";
import { dense } from "../src/nn/dense.ts";
import { flatten } from "../src/nn/flatten.ts";
import type { Layer } from "../src/nn/layer.ts";
import { maxPool2d } from "../src/nn/max_pool2d.ts";
import { type Model, sequential } from "../src/nn/model.ts";
import { adagrad } from "../src/optim/adagrad.ts";
import { adam } from "../src/optim/adam.ts";
import type { Optimizer } from "../src/optim/optimizer.ts";
import { rmsprop } from "../src/optim/rmsprop.ts";
import { sgd } from "../src/optim/sgd.ts";
import { SIDE } from "../components/playground/playground_digit.ts";
import type { PlaySettings } from "../components/playground/playground_settings.ts";

export const DIGITS = 10;
/** Side of the windows of convolutions. */
const WINDOW = 5;

export function networkOf({ layers, activation, noise }: PlaySettings): Model {
  const hasImages = layers[0]?.kind === "conv", units = layers.filter(({ kind }) => kind === "dense");
  const windows = layers.filter(({ kind }) => kind === "conv").flatMap(
    ({ size }): Layer[] => [conv2d(size, WINDOW, { activation }), maxPool2d()],
  );
  return sequential(hasImages ? [SIDE, SIDE] : SIDE * SIDE, [
    ...(noise > 0 ? [corruption(noise, { kind: "salt_and_pepper" })] : []),
    ...windows,
    ...(hasImages ? [flatten()] : []),
    ...units.map(({ size }) => dense(size, { activation })),
    dense(DIGITS),
  ]);
}

export function optimizerOf({ optimizer, learningRate }: PlaySettings): Optimizer {
  switch (optimizer) {
    case "sgd":
      return sgd({ learningRate });
    case "momentum":
      return sgd({ learningRate, momentum: 0.9 });
    case "nesterov":
      return sgd({ learningRate, momentum: 0.9, nesterov: true });
    case "rmsprop":
      return rmsprop({ learningRate });
    case "adagrad":
      return adagrad({ learningRate });
    case "adam":
      return adam({ learningRate });
    default:
      return unreachable(optimizer);
  }
}
