/**
 * A layer, a loss and an op of one's own: how long a way takes nine times out of ten. `deno run -A examples/own_parts.ts`
 */
import { abs, adam, dense, fit, type Layer, type Loss, parameter, sequential, standardize } from "descent";
import { loadModel, map, maximum, node, ownOp, predict, reduceMean, reduceSum, saveModel } from "descent";

const [epochs = 60] = Deno.args.map(Number);

/** An op: x/(1 + |x|). Its definition is float64; on GPU and WebAssembly it is what it comes to in other ops. */
const softsign = ownOp({
  name: "softsign",
  operands: ["x"],
  infer: ([x]) => x!,
  reference: ({ inputs: [x], output }) => x!.data.forEach((v, i) => output.data[i] = v / (1 + Math.abs(v))),
  grad: ({ inputs: [x] }, dY) => [map([x!, dY], (v, d) => d.div(abs(v).add(1).square()))],
  composition: ({ inputs: [x] }) => map([x!], (v) => v.div(abs(v).add(1))),
});

/** A layer: how near a row is to each of `count` places, which are trained. */
const places = (count: number): Layer => ({
  kind: "places",
  config: { count },
  build(name, [columns]) {
    const start = { initializer: "he_normal", fanIn: 2, fanOut: count } as const;
    const centres = parameter(`${name}/centres`, [count, columns!], start);
    const apply: ReturnType<Layer["build"]>["apply"] = (x) => {
      const squares = map([x, centres.node], (v, c) => v.sub(c).square(), { axes: [[0, 2], [1, 2]] });
      return node(softsign, [map([reduceSum(squares, { axes: [2] })], (d) => d.neg().exp())], {}, name);
    };
    return { outputShape: [count], parameters: [centres], apply };
  },
});

/** A loss: what lies above counts nine times as much as what lies below. */
const nineOfTen: Loss = {
  name: "nine out of ten",
  compares: "values",
  rows: ({ output, targets }) =>
    reduceMean(map([targets!, output], (t, y) => maximum(t.sub(y).mul(0.9), t.sub(y).mul(-0.1))), {
      axes: [1],
    }),
};

const ways = Float32Array.from({ length: 4000 }, () => 30 * Math.random());
const takes = ways.map((km) => 5 + 2 * km + km * -Math.log(Math.random()) * 0.5);
const train = { inputs: ways, inputShape: [1], targets: takes };
const model = sequential(1, [standardize(train), places(12), dense(1)]);
const trained = await fit(model, { train }, {
  loss: nineOfTen,
  optimizer: adam({ learningRate: 0.02 }),
  epochs,
});
await saveModel("ways.safetensors", trained);
const again = await loadModel("ways.safetensors", {
  layers: { places: ({ count }) => places(Number(count)) },
});
const answers = await predict(again, ways),
  inTime = takes.filter((minutes, i) => minutes <= answers[i]!).length;
console.log(`${(100 * inTime / takes.length).toFixed(1)} % arrive in the time that it says`);
