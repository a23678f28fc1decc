/** Cases of `map`: every function, shapes with pads, and each way in which operands repeat. */
import { formatShape, type Shape } from "../core/tensor.ts";
import type { CaseInput, Fill, OpCase } from "../ir/op.ts";
import {
  abs,
  ceil,
  erf,
  exp,
  type Expr,
  floor,
  inputExpr,
  log,
  log1p,
  maximum,
  minimum,
  pow,
  round,
  sigmoid,
  sign,
  sqrt,
  tanh,
  where,
} from "./expression/expression.ts";
import { atan, cos, sin } from "./expression/angles.ts";
import { formatExpression } from "./expression/format.ts";
import type { MapAttrs } from "./_map_kernel.ts";

interface CaseOptions {
  readonly fills?: readonly Fill[];
  readonly axes?: string;
  readonly shape?: string;
  readonly bench?: boolean;
  readonly notSmooth?: boolean;
}

function mapCase(
  shapes: readonly Shape[],
  build: (...x: Expr[]) => Expr,
  options: CaseOptions = {},
): OpCase<MapAttrs> {
  const { fills = [], axes = false, shape = false, bench = false, notSmooth = false } = options;
  const f = formatExpression(build(...shapes.map((_shape, i) => inputExpr(i))));
  const inputs = shapes.map((one, i): CaseInput => ({ shape: one, fill: fills[i] ?? "normal" }));
  const label = `${shapes.map(formatShape).join(" ")}${axes === false ? "" : ` as ${axes}`}: ${f}`;
  return { label, inputs, attrs: { f, axes, shape }, bench, notSmooth };
}

const positive: CaseOptions = { fills: ["positive", "positive"] };

export function mapCases(): readonly OpCase<MapAttrs>[] {
  const pair = [[7, 13], [7, 13]], one = [[7, 13]];
  return [
    mapCase([[1, 1]], (x) => x.mul(2).add(1)),
    // Each function alone.
    mapCase(pair, (x, y) => x.add(y)),
    mapCase(pair, (x, y) => x.sub(y)),
    mapCase(pair, (x, y) => x.mul(y)),
    mapCase(pair, (x, y) => x.div(y.add(0.5)), positive),
    mapCase(one, (x) => x.neg()),
    mapCase(one, (x) => abs(x)),
    mapCase(one, (x) => sign(x), { fills: ["sparse"], notSmooth: true }),
    mapCase(one, (x) => sqrt(x.add(0.2)), positive),
    mapCase(one, (x) => exp(x)),
    mapCase(one, (x) => log(x.add(0.2)), positive),
    mapCase(one, (x) => log1p(x), positive),
    mapCase(one, (x) => tanh(x)),
    mapCase(one, (x) => sigmoid(x)),
    mapCase(one, (x) => erf(x)),
    mapCase(one, (x) => sin(x.mul(3))),
    mapCase(one, (x) => cos(x.mul(3))),
    mapCase(one, (x) => atan(x.mul(3))),
    mapCase(one, (x) => floor(x).add(ceil(x.mul(2))).add(round(x.mul(4))), { notSmooth: true }),
    mapCase(pair, (x, y) => pow(x.add(0.2), y), positive),
    mapCase(one, (x) => pow(x.add(0.2), 1.7), positive),
    mapCase(one, (x) => pow(x, 5)),
    mapCase(one, (x) => pow(x.add(0.5), -2), positive),
    mapCase(pair, (x, y) => maximum(x, y)),
    mapCase(pair, (x, y) => minimum(x, y)),
    mapCase(pair, (x, y) => x.greater(y).add(x.lessEqual(y).mul(3)), { notSmooth: true }),
    mapCase(pair, (x, y) => x.equal(y).add(x.notEqual(y).mul(3)), {
      fills: ["sparse", "sparse"],
      notSmooth: true,
    }),
    mapCase(pair, (x, y) => where(x.less(y), x.square(), y.exp())),
    mapCase(pair, (x, y) => where(x, y, 2), { fills: ["sparse"], notSmooth: true }),
    mapCase(pair, (x, y) => where(x.greaterEqual(0), log(abs(y).add(1)), sqrt(abs(x)))),
    // GELU, Huber, and a Gaussian's divergence: parts that are used again.
    mapCase([[32, 784]], (x) => x.mul(0.5).mul(erf(x.mul(Math.SQRT1_2)).add(1)), { bench: true }),
    mapCase(pair, (x, y) => {
      const d = abs(x.sub(y));
      return where(d.less(1), d.square().mul(0.5), d.sub(0.5));
    }),
    mapCase(pair, (m, v) => v.add(1).sub(m.square()).sub(v.exp()).mul(-0.5)),
    // Operands that repeat.
    mapCase([[7, 13], [13]], (x, b) => x.add(b)),
    mapCase([[7, 13], [7, 1]], (x, m) => x.sub(m)),
    mapCase([[7, 13], [7], [7]], (x, m, s) => x.sub(m).div(sqrt(s.add(0.1))), {
      axes: "0,1;0;0",
      fills: ["normal", "normal", "positive"],
    }),
    mapCase([[7, 1], [13]], (a, b) => a.mul(b).add(1)),
    mapCase([[7, 13], []], (x, s) => x.mul(s)),
    mapCase([[7, 12], []], (x, s) => x.add(s)),
    mapCase([[7, 13], [1, 1]], (x, s) => x.mul(s.exp())),
    mapCase([[5]], (x) => x.exp(), { shape: "7,5" }),
    mapCase([[7]], (x) => x, { axes: "0", shape: "7,5" }),
    mapCase([[3, 5, 1, 7], [3, 1, 2, 7], [5, 2, 1]], (x, y, z) => x.mul(y).add(z)),
    mapCase([[2, 3, 5, 7], [2, 5], [3]], (x, y, z) => x.mul(y).add(z), { axes: "0,1,2,3;0,2;1" }),
    mapCase([[3, 5, 7], [5, 7], [7]], (x, y, z) => x.mul(y).add(z)),
    mapCase([[30]], (x) => x.add(1)),
    mapCase([[5, 1], [5, 1]], (x, y) => x.mul(y).add(1)),
    mapCase([[5, 1], [5]], (x, y) => x.mul(y), { axes: "0,1;0" }),
    mapCase([[11385, 29], [11385], [29]], (x, w, b) => x.add(b).mul(w), { axes: "0,1;0;1" }),
    mapCase([[32, 784], [32, 784], [32]], (y, t, w) => y.sub(t).mul(2 / 784).mul(w), {
      axes: "0,1;0,1;0",
      bench: true,
    }),
    mapCase([[784, 900], [784, 900]], (x, y) => x.add(y), { bench: true }),
    mapCase([[128, 1024]], (x) => tanh(x), { bench: true }),
    mapCase([[128, 1024], [1024]], (x, s) => x.mul(s).exp(), { bench: true }),
  ];
}
