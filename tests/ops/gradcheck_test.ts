/** Gradients against central differences, in float64 on the reference executor. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { normal, STREAM } from "../../src/core/random.ts";
import type { Step } from "../../src/core/step.ts";
import { sizeOf } from "../../src/core/tensor.ts";
import { buildCase, gradcheckCase } from "../../src/exec/case.ts";
import type { Program } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { gradientLabel, gradients, type Objective } from "../../src/ir/gradients.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { type Node, reachable } from "../../src/ir/node.ts";
import type { Op, OpCase } from "../../src/ir/op.ts";
import { compile } from "../../src/ir/plan.ts";
import { type Activation, ACTIVATIONS } from "../../src/ops/_activation.ts";
import { add, addOp } from "../../src/ops/add.ts";
import { dropout } from "../../src/ops/dropout.ts";
import { linear } from "../../src/ops/linear.ts";
import { matmulOp } from "../../src/ops/matmul.ts";
import { OPS } from "../../src/ops/mod.ts";
import { rowWeights } from "../../src/ops/row_weights.ts";
import { softmax } from "../../src/ops/softmax.ts";
import { softmaxCrossEntropy } from "../../src/ops/softmax_cross_entropy.ts";
import { OPTIMIZER_OPS } from "../../src/optim/mod.ts";

const LIMIT = 1e-6;
/** The reference runs a case about a hundred times: larger ones take too long. */
const MAX_FLOPS = 600_000;

function flopsOf(op: Op, opCase: OpCase): number {
  const { inputs, output } = buildCase(op, opCase);
  return op.flops({ inputs: inputs.map(({ type }) => type), output: output.type, attrs: opCase.attrs });
}

for (const op of [...OPS, ...OPTIMIZER_OPS].filter(({ grad }) => grad !== undefined)) {
  const checked = op.cases.filter((one) => !one.notSmooth && flopsOf(op, one) <= MAX_FLOPS);
  Deno.test(`the gradient of ${op.name} agrees with central differences`, async () => {
    assert(checked.length >= 3, `only ${checked.length} cases are small enough`);
    for (const opCase of checked) {
      const worst = await gradcheckCase(op, opCase);
      assert(worst !== undefined && worst < LIMIT, `${op.name} ${opCase.label}: off by ${worst}`);
    }
  });
}

Deno.test("the ops that a layer or a loss is made of have a gradient, which is checked", () => {
  const names = OPS.filter(({ grad }) => grad !== undefined).map(({ name }) => name);
  const needed = ["add", "linear", "matmul", "softmax_cross_entropy"];
  assertEquals(needed.filter((name) => !names.includes(name)), []);
});

Deno.test("gradcheckCase() sees a gradient that is off by a thousandth, or that of another input", async () => {
  const off: Op = {
    ...addOp,
    // a + 1.001·b, whose gradient by b is not what the op says.
    reference(call) {
      addOp.reference(call);
      call.inputs[1]!.data.forEach((value, i) => call.output.data[i]! += 1e-3 * value);
    },
  };
  assert((await gradcheckCase(off, addOp.cases[1]!))! > 5e-4);
  const swapped: Op = { ...matmulOp, grad: (value, dC) => matmulOp.grad!(value, dC).toReversed() };
  assert((await gradcheckCase(swapped, matmulOp.cases[0]!))! > 0.01);
});

const ROWS = 5, REAL = 3, INPUTS = 4, CLASSES = 3;
/** A short batch: three of five rows are real, the others weigh nothing. */
const STEP: Step = { start: 0, count: REAL, slot: 0, step: 0, seed: 0, scalars: [] };
const LABELS = [2, 0, 1, 1, 2];

const values = ({ type }: Node, lane: number) =>
  normal(sizeOf(type.shape), { seed: 7, stream: STREAM.test, lane });

/** x, labels and parameters of a network, with the batch's losses as its end. */
interface Network {
  readonly x: Node;
  readonly labels: Node;
  readonly parameters: readonly Node[];
  readonly losses: Node;
}

/** Builds a network from what gives logits for `x`; `shapes` are those of the parameters. */
function network(
  shapes: readonly (readonly number[])[],
  logits: (x: Node, p: readonly Node[]) => Node,
): Network {
  const x = leaf("input", "x", [ROWS, INPUTS]), labels = leaf("input", "labels", [ROWS], "u32");
  const parameters = shapes.map((shape, i) => leaf("parameter", `p${i}`, shape));
  return { x, labels, parameters, losses: softmaxCrossEntropy(logits(x, parameters), labels) };
}

async function open(
  { x, labels, parameters }: Network,
  routines: Record<string, readonly Node[]>,
): Promise<Program> {
  const program = await referenceExecutor().load(compile(routines));
  program.write(x, values(x, 100));
  program.write(labels, LABELS);
  parameters.forEach((one, lane) => program.write(one, values(one, lane)));
  return program;
}

/** Worst relative error of the gradients of `wanted`, each element perturbed; the mean loss is over the real rows. */
async function checkNetwork(
  net: Network,
  { wanted = net.parameters, more = [] }: { wanted?: readonly Node[]; more?: readonly Objective[] } = {},
): Promise<number> {
  const seed = rowWeights(ROWS), objectives = [{ value: net.losses, seed }, ...more];
  const grads = gradients(objectives, wanted, add);
  const forward = objectives.flatMap((one) => [one.value, one.seed]);
  const program = await open(net, { forward, backward: grads });
  for (const [i, one] of more.entries()) program.write(one.seed, values(one.seed, 200 + i));
  const objective = async () => {
    await program.run("forward", [STEP]);
    let sum = 0;
    for (const one of objectives) {
      const weights = await program.read(one.seed);
      (await program.read(one.value)).forEach((value, i) => sum += value * weights[i]!);
    }
    return sum;
  };
  await program.run("backward", [STEP]);
  let worst = 0;
  for (const [i, parameter] of wanted.entries()) {
    const analytic = await program.read(grads[i]!), kept = await program.read(parameter);
    const scale = Math.max(1e-3, ...analytic.map(Math.abs));
    for (const at of kept.keys()) {
      const objectiveAt = async (change: number) => {
        program.write(parameter, kept.map((value, j) => j === at ? value + change : value));
        return await objective();
      };
      const difference = (await objectiveAt(1e-5) - await objectiveAt(-1e-5)) / 2e-5;
      worst = Math.max(worst, Math.abs(difference - analytic[at]!) / scale);
    }
    program.write(parameter, kept);
  }
  return worst;
}

const THREE_LAYERS = [[INPUTS, 5], [5], [5, 6], [6], [6, CLASSES], [CLASSES]];

function threeLayers(activation: Activation): Network {
  return network(THREE_LAYERS, (x, [w1, b1, w2, b2, w3, b3]) => {
    const h1 = linear(x, w1!, b1!, { activation }), h2 = linear(h1, w2!, b2!, { activation });
    return linear(h2, w3!, b3!);
  });
}

for (const activation of ACTIVATIONS) {
  Deno.test(`gradients() of three layers with ${activation} and a short batch agree with central differences`, async () => {
    const worst = await checkNetwork(threeLayers(activation));
    assert(worst < LIMIT, `off by ${worst}`);
  });
}

Deno.test("gradients() through dropout agree with central differences: they draw the mask again", async () => {
  const worst = await checkNetwork(
    network(
      [[INPUTS, 16], [16], [16, CLASSES], [CLASSES]],
      (x, [w, b, v, c]) =>
        linear(dropout(linear(x, w!, b!, { activation: "tanh" }), { rate: 0.5, lane: 3 }), v!, c!),
    ),
  );
  assert(worst < LIMIT, `off by ${worst}`);
});

Deno.test("gradients() by the input of a network agree with central differences", async () => {
  const net = threeLayers("tanh"), worst = await checkNetwork(net, { wanted: [net.x] });
  assert(worst < LIMIT, `off by ${worst}`);
});

Deno.test("rows past the count of a short batch do not touch the gradients", async () => {
  const net = threeLayers("sigmoid");
  const grads = gradients([{ value: net.losses, seed: rowWeights(ROWS) }], net.parameters, add);
  const program = await open(net, { backward: grads }),
    read = () => Promise.all(grads.map((one) => program.read(one)));
  await program.run("backward", [STEP]);
  const before = await read();
  const changed = (row: number) =>
    values(net.x, 100).map((value, i) => Math.floor(i / INPUTS) === row ? 9 : value);
  program.write(net.x, changed(REAL));
  await program.run("backward", [STEP]);
  assertEquals(await read(), before);
  program.write(net.x, changed(REAL - 1));
  await program.run("backward", [STEP]);
  const after = await read();
  assert(after.every((data, i) => data.some((value, at) => value !== before[i]![at])));
});

Deno.test("gradients() of tied weights collect the gradients of both uses", async () => {
  const worst = await checkNetwork(
    network([[INPUTS, INPUTS], [INPUTS], [INPUTS, CLASSES], [CLASSES]], (x, [w, b, v, c]) => {
      const once = linear(x, w!, b!, { activation: "tanh" });
      return linear(linear(once, w!, b!, { activation: "tanh" }), v!, c!);
    }),
  );
  assert(worst < LIMIT, `off by ${worst}`);
});

Deno.test("gradients() of a value that two branches use collect the gradients of both", async () => {
  const worst = await checkNetwork(
    network([[INPUTS, 5], [5], [5, CLASSES], [5, CLASSES], [CLASSES]], (x, [w, b, left, right, c]) => {
      const shared = linear(x, w!, b!, { activation: "sigmoid" });
      return add(linear(shared, left!, c!), linear(shared, right!, c!, { activation: "tanh" }));
    }),
  );
  assert(worst < LIMIT, `off by ${worst}`);
});

Deno.test("gradients() of two objectives are those of their sum", async () => {
  const net = threeLayers("tanh"), hidden = net.losses.inputs[0]!.inputs[0]!;
  const more = [{ value: hidden, seed: leaf("input", "seed", hidden.type.shape) }];
  const worst = await checkNetwork(net, { more });
  assert(worst < LIMIT, `off by ${worst}`);
});

Deno.test("gradients() through an op without one are refused with its name and shape", () => {
  const x = leaf("input", "x", [2, 3]), w = leaf("parameter", "w", [3, 3]), b = leaf("parameter", "b", [3]);
  const value = softmax(linear(x, w, b));
  assertThrows(
    () => gradients([{ value, seed: leaf("input", "seed", [2, 3]) }], [w], add),
    DescentError,
    'Cannot differentiate through softmax f32[2,3] "probabilities": it has no gradient',
  );
});

Deno.test("gradients() by a parameter that the objective does not use are refused with its label", () => {
  const net = threeLayers("relu"), unused = leaf("parameter", "unused", [4]);
  assertThrows(
    () => gradients([{ value: net.losses, seed: rowWeights(ROWS) }], [...net.parameters, unused], add),
    DescentError,
    'The objective does not depend on leaf f32[4] "unused": freeze it or use it',
  );
});

Deno.test("gradients() refuse a seed of another shape than its objective", () => {
  const { losses, parameters } = threeLayers("relu");
  assertThrows(
    () => gradients([{ value: losses, seed: rowWeights(ROWS + 1) }], parameters, add),
    DescentError,
    'Gradient f32[6] does not have the shape of softmax_cross_entropy f32[5] "losses"',
  );
});

Deno.test("frozen parameters get no gradient nodes, and the others keep theirs", async () => {
  const net = threeLayers("tanh"), objective = [{ value: net.losses, seed: rowWeights(ROWS) }];
  const all = gradients(objective, net.parameters, add),
    last = gradients(objective, net.parameters.slice(4), add);
  const backwardOf = (roots: readonly Node[]) =>
    reachable(roots).filter(({ label }) => /^d[A-Z]/.test(label)).map(({ op }) => op.name).sort();
  // Of the last layer alone: the loss's gradient, that of the weights and that of the bias.
  assertEquals(backwardOf(last), ["matmul", "softmax_cross_entropy_grad", "sum_rows"]);
  assertEquals(backwardOf(all).filter((name) => name === "matmul").length, 5);
  const program = await open(net, { all, last });
  await program.run("all", [STEP]);
  const expected = await Promise.all(all.slice(4).map((one) => program.read(one)));
  await program.run("last", [STEP]);
  assertEquals(await Promise.all(last.map((one) => program.read(one))), expected);
});

Deno.test("gradientLabel() puts a d before the last part of a label", () => {
  const labelled = (label: string) => gradientLabel(leaf("input", label, [1]));
  assertEquals([labelled("logits"), labelled("dense_1/weights")], ["dLogits", "dense_1/dWeights"]);
});
