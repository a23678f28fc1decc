/** The `map` that ends a normalization of channels, with a gradient whose sums are taken in one pass. */
import { gradientLabel } from "../ir/gradients.ts";
import type { Node } from "../ir/node.ts";
import type { Op } from "../ir/op.ts";
import { centredSums } from "./centred_sums.ts";
import type { MapAttrs } from "./_map_kernel.ts";
import { map, mapOp } from "./map.ts";
import { windowNode } from "./rearrange.ts";
import { reduceSum } from "./reduce.ts";

const scaleChannelsOp: Op<MapAttrs> = {
  ...mapOp,
  grad(value, dY) {
    const [x, mean, factor, shift] = value.inputs as [Node, Node, Node, Node];
    const sums = centredSums(dY, x, mean, `${value.label}/gradient_sums`);
    const sum = (start: number, of: Node) =>
      reduceSum(windowNode(sums, { axis: 1, start, size: 1 }), { axes: [0, 1], label: gradientLabel(of) });
    const dShift = sum(0, shift);
    return [
      map([dY, factor], (d, f) => d.mul(f), { label: gradientLabel(x) }),
      map([dShift, factor], (d, f) => d.mul(f).neg(), { label: gradientLabel(mean) }),
      sum(1, factor),
      dShift,
    ];
  },
};

/** Node for (x − mean)·factor + shift, each of the last three [C] beside the channels of x [B,…,C]. */
export function scaleChannels(x: Node, mean: Node, factor: Node, shift: Node, label: string): Node {
  const scaled = map([x, mean, factor, shift], (value, m, f, b) => value.sub(m).mul(f).add(b), { label });
  return { ...scaled, op: scaleChannelsOp as unknown as Op };
}
