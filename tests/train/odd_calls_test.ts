/** Calls that TypeScript refuses and JavaScript does not: each is one sentence that says what to write instead. */
import { assertEquals, assertRejects } from "@std/assert";
import * as readers from "../../src/data/mod.ts";
import * as digits from "../../src/data/mnist.ts";
import * as entry from "../../src/mod.ts";
import { selectImages } from "../../experiments/images/select.ts";
import { nearestName } from "../../src/core/option_names.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { webgpuExecutor } from "../../src/exec/webgpu.ts";
import { startStopping } from "../../src/train/stop.ts";

// The calls are wrong on purpose.
// deno-lint-ignore no-explicit-any
const d: any = { ...entry, ...readers, ...digits, wasmExecutor, webgpuExecutor, startStopping };
const { sequential, dense, initializeWeights } = entry;

const MODEL = sequential(4, [dense(2)]);
const TRAINED = { model: MODEL, weights: initializeWeights(MODEL, 1) };
const SET = {
  inputs: new Uint8Array(8),
  inputShape: [2, 2],
  targets: Uint8Array.of(0, 1),
  classNames: ["a", "b"],
};
const DATA = { train: SET, validation: SET, test: SET };
const EXECUTOR = await wasmExecutor({ threads: 1 });

const ADAM = "learningRate, beta1, beta2, epsilon, rawEpsilon, amsgrad, weightDecay, decoupled";
const ELSEWHERE =
  "the optimizer has it, as in fit(model, data, { optimizer: adam({ learningRate: 0.001 }) })";
const LAYERS = "what dense(), conv2d() and the like give";

const CALLS: readonly (readonly [call: string, work: () => unknown, sentence: string])[] = [
  ["adam({ lr })", () => d.adam({ lr: 0.1 }), 'adam() has no option "lr": did you mean learningRate?'],
  ["adam(0.1)", () => d.adam(0.1), `adam() takes options by name, { ${ADAM} }, got 0.1`],
  ["adam(null)", () => d.adam(null), `adam() takes options by name, { ${ADAM} }, got null`],
  ["adam([0.1])", () => d.adam([0.1]), `adam() takes options by name, { ${ADAM} }, got [0.1]`],
  [
    "adam({ learning_rate })",
    () => d.adam({ learning_rate: 0.1 }),
    'adam() has no option "learning_rate": did you mean learningRate?',
  ],
  [
    "adam({ learningrate })",
    () => d.adam({ learningrate: 0.1 }),
    'adam() has no option "learningrate": did you mean learningRate?',
  ],
  ["adam({ eps })", () => d.adam({ eps: 1e-7 }), 'adam() has no option "eps": did you mean epsilon?'],
  ["adam({ foreach })", () => d.adam({ foreach: true }), `adam() has no option "foreach": it takes ${ADAM}`],
  [
    "adam({ toString })",
    () => d.adam({ toString: 1 }),
    `adam() has no option "toString": it takes ${ADAM}`,
  ],
  [
    'adam({ learningRate: "0.1" })',
    () => d.adam({ learningRate: "0.1" }),
    'The learning rate must be 0 or more, such as 0.001, got "0.1"',
  ],
  ["adamw({ wd })", () => d.adamw({ wd: 0.1 }), 'adamw() has no option "wd": did you mean weightDecay?'],
  [
    "adamw(0.1)",
    () => d.adamw(0.1),
    `adamw() takes options by name, { ${ADAM.replace(", decoupled", "")} }, got 0.1`,
  ],
  [
    "sgd({ momentun })",
    () => d.sgd({ momentun: 0.9 }),
    'sgd() has no option "momentun": did you mean momentum?',
  ],
  [
    "sgd(0.1)",
    () => d.sgd(0.1),
    "sgd() takes options by name, { learningRate, momentum, nesterov, weightDecay, decoupled }, got 0.1",
  ],
  [
    'sgd({ momentum: "0.9" })',
    () => d.sgd({ momentum: "0.9" }),
    'The momentum must be at least 0 and below 1, got "0.9"',
  ],
  [
    "rmsprop({ alpha })",
    () => d.rmsprop({ alpha: 0.9 }),
    'rmsprop() has no option "alpha": it takes learningRate, rho, momentum, epsilon, epsilonInside, centered, ' +
    "weightDecay, decoupled",
  ],
  [
    "adagrad({ lr_decay })",
    () => d.adagrad({ lr_decay: 0.1 }),
    'adagrad() has no option "lr_decay": it takes learningRate, initialAccumulator, epsilon, weightDecay, decoupled',
  ],
  [
    "rmsprop({ centred })",
    () => d.rmsprop({ centred: true }),
    'rmsprop() has no option "centred": did you mean centered?',
  ],
  [
    "dense(3, { activaton })",
    () => d.dense(3, { activaton: "relu" }),
    'dense() has no option "activaton": did you mean activation?',
  ],
  [
    'dense(3, "relu")',
    () => d.dense(3, "relu"),
    'dense() takes options by name, { activation, bias, initializer, l1, l2 }, got "relu"',
  ],
  [
    "conv2d(3, 3, { strides })",
    () => d.conv2d(3, 3, { strides: 2 }),
    'conv2d() has no option "strides": did you mean stride?',
  ],
  [
    "conv2d(3, 3, 2)",
    () => d.conv2d(3, 3, 2),
    "conv2d() takes options by name, { stride, padding, dilation, groups, bias, flipKernel, activation, initializer, l1, l2 }, got 2",
  ],
  [
    "maxPool2d(2, { strid })",
    () => d.maxPool2d(2, { strid: 1 }),
    'maxPool2d() has no option "strid": did you mean stride?',
  ],
  [
    "maxPool2d(2, 2)",
    () => d.maxPool2d(2, 2),
    "maxPool2d() takes options by name, { stride, padding, ceilMode, sharesTies }, got 2",
  ],
  [
    "avgPool2d(2, { sharesTies })",
    () => d.avgPool2d(2, { sharesTies: true }),
    'avgPool2d() has no option "sharesTies": it takes stride, padding, ceilMode, countIncludePad',
  ],
  [
    "corruption(0.1, { type })",
    () => d.corruption(0.1, { type: "masking" }),
    'corruption() has no option "type": it takes kind, deviation, always',
  ],
  [
    "tiedDense({ activations })",
    () => d.tiedDense("dense_1", { activations: "sigmoid" }),
    'tiedDense() has no option "activations": did you mean activation?',
  ],
  [
    "crossEntropy({ smoothing })",
    () => d.crossEntropy({ smoothing: 0.1 }),
    'crossEntropy() has no option "smoothing": did you mean labelSmoothing?',
  ],
  [
    "reconstructionCrossEntropy({ weight })",
    () => d.reconstructionCrossEntropy({ weight: 2 }),
    'reconstructionCrossEntropy() has no option "weight": it takes none',
  ],
  [
    "reconstructionError({ weight })",
    () => d.reconstructionError({ weight: 2 }),
    'reconstructionError() has no option "weight": it takes none',
  ],
  [
    "withSparsity({ layer })",
    () => d.withSparsity(d.crossEntropy(), { layer: "dense_1", rho: 0.1, beta: 1 }),
    'withSparsity() has no option "layer": did you mean layers?',
  ],
  [
    'withSparsity({ layers: "dense_1" })',
    () => d.withSparsity(d.crossEntropy(), { layers: "dense_1", rho: 0.1, beta: 1 }),
    'The sparsity takes a list of layers, such as ["dense_1"], got "dense_1"',
  ],
  [
    "sequential(4, [dense])",
    () => d.sequential(4, [d.dense]),
    "A layer needs a positive whole number of units, got a value of a network: call dense with its settings first",
  ],
  [
    "sequential(4, [30])",
    () => d.sequential(4, [dense(2, { activation: "relu" }), 30]),
    `Layer 2 of the model must be ${LAYERS}, got 30`,
  ],
  [
    "sequential(4, [null])",
    () => d.sequential(4, [null]),
    `Layer 1 of the model must be ${LAYERS}, got null`,
  ],
  [
    "sequential(4, [model])",
    () => d.sequential(4, [MODEL]),
    `Layer 1 of the model must be ${LAYERS}, got an object`,
  ],
  [
    "sequential(4, dense(2))",
    () => d.sequential(4, dense(2, { activation: "relu" })),
    `A model takes a list of layers, ${LAYERS}, got an object`,
  ],
  [
    "sequential([dense(2)])",
    () => d.sequential([dense(2, { activation: "relu" })]),
    `A model takes a list of layers, ${LAYERS}, got undefined`,
  ],
  [
    'sequential("4", …)',
    () => d.sequential("4", [dense(2, { activation: "relu" })]),
    'The input shape must be a number or a list of numbers such as [28, 28], got "4"',
  ],
  [
    "fit({ learningRate })",
    () => d.fit(MODEL, DATA, { learningRate: 0.1 }),
    `fit() has no option "learningRate": ${ELSEWHERE}`,
  ],
  ["fit({ lr })", () => d.fit(MODEL, DATA, { lr: 0.1 }), `fit() has no option "lr": ${ELSEWHERE}`],
  [
    "fit({ patience })",
    () => d.fit(MODEL, DATA, { patience: 3 }),
    'fit() has no option "patience": it is one of stopping, as in { stopping: { patience: 5 } }',
  ],
  [
    "fit({ epoch })",
    () => d.fit(MODEL, DATA, { epoch: 3 }),
    'fit() has no option "epoch": did you mean epochs?',
  ],
  [
    "fit({ batchSize })",
    () => d.fit(MODEL, DATA, { batchSize: 3 }),
    'fit() has no option "batchSize": did you mean batch?',
  ],
  [
    'fit({ optimizer: "adam" })',
    () => d.fit(MODEL, DATA, { optimizer: "adam" }),
    'The optimizer must be what adam(), sgd() or rmsprop() gives, got "adam"',
  ],
  [
    "fit({ optimizer: adam })",
    () => d.fit(MODEL, DATA, { optimizer: d.adam }),
    "The optimizer must be what adam(), sgd() or rmsprop() gives, got the function adam",
  ],
  [
    'fit({ loss: "mse" })',
    () => d.fit(MODEL, DATA, { loss: "mse" }),
    'The loss must be what crossEntropy() or meanSquaredError() gives, got "mse"',
  ],
  [
    "fit({ executor: chooseExecutor() })",
    () => d.fit(MODEL, DATA, { executor: Promise.resolve() }),
    "The executor must be the one of (await chooseExecutor()).executor, got a Promise: leave it out to have one chosen",
  ],
  [
    "fit({ weights: {} })",
    () => d.fit(MODEL, DATA, { weights: {}, executor: EXECUTOR }),
    "The weights must be a map from names to values, as initializeWeights() gives, got an object",
  ],
  [
    "fit({ encoder: model })",
    () => d.fit(MODEL, DATA, { encoder: MODEL }),
    "The model must be what sequential() gives, got undefined",
  ],
  [
    "fit({ stopping: { patient } })",
    () => d.fit(MODEL, DATA, { stopping: { patient: 3 } }),
    'stopping() has no option "patient": did you mean patience?',
  ],
  [
    "fit([dense(2)])",
    () => d.fit([dense(2, { activation: "relu" })], DATA),
    "The model must be what sequential() gives, got [an object]",
  ],
  ["fit()", () => d.fit(), "The model must be what sequential() gives, got undefined"],
  [
    "fit(model, data, 3)",
    () => d.fit(MODEL, DATA, 3),
    "fit() takes options by name, { optimizer, schedule, clip, batch, dropLast, epochs, seed, shuffle, loss, encoder, frozen, " +
    "measureTest, evaluate, stopping, maxSeconds, weights, from, off, executor, onEpoch, onSteps, signal, checkpoint, resume }, got 3",
  ],
  [
    "pretrainLayers({ loss })",
    () => d.pretrainLayers(MODEL, DATA, { loss: d.crossEntropy() }),
    'pretrainLayers() has no option "loss": it takes optimizer, schedule, clip, batch, dropLast, epochs, seed, shuffle, ' +
    "measureTest, evaluate, stopping, maxSeconds, off, executor, onEpoch, onSteps, signal, noise, decoder, sparsity",
  ],
  [
    "pretrainLayers({ noise: 0.1 })",
    () => d.pretrainLayers(MODEL, DATA, { noise: 0.1 }),
    `Layer 1 of the model must be ${LAYERS}, got 0.1`,
  ],
  [
    "classify({ threads })",
    () => d.classify(TRAINED, SET.inputs, { threads: 1 }),
    'classify() has no option "threads": it takes executor',
  ],
  [
    "openPredictor({ batchSize })",
    () => d.openPredictor(TRAINED, { batchSize: 1 }),
    'openPredictor() has no option "batchSize": did you mean batch?',
  ],
  [
    "openPredictor({ batch: 0 })",
    () => d.openPredictor(TRAINED, { batch: 0 }),
    "The batch of a predictor must be a positive whole number, got 0",
  ],
  [
    "predict({ threads })",
    () => d.predict(TRAINED, SET.inputs, { threads: 1 }),
    'predict() has no option "threads": it takes executor',
  ],
  [
    "predict(model, images)",
    () => d.predict(MODEL, SET.inputs),
    "The model must be what sequential() gives, got undefined",
  ],
  ["predict()", () => d.predict(), "A trained model, { model, weights }, is needed, got undefined"],
  [
    "predict({ model }, images)",
    () => d.predict({ model: MODEL }, SET.inputs),
    "The weights must be a map from names to values, as initializeWeights() gives, got undefined",
  ],
  [
    "evaluate({ batch })",
    () => d.evaluate(TRAINED, SET, { batch: 1 }),
    'evaluate() has no option "batch": it takes executor',
  ],
  [
    "evaluate(trained, data)",
    () => d.evaluate(TRAINED, DATA, { executor: EXECUTOR }),
    "The given set must be { inputs, inputShape, targets }, as data.test is, got an object",
  ],
  [
    "layerOutputs({ layer })",
    () => d.layerOutputs(TRAINED, SET.inputs, { layer: "dense_1" }),
    'layerOutputs() has no option "layer": did you mean layers?',
  ],
  [
    "mnist({ digits })",
    () => d.mnist({ digits: [1] }),
    'mnist() has no option "digits": it takes data, train, validation, test',
  ],
  ["mnist({ trian })", () => d.mnist({ trian: 1 }), 'mnist() has no option "trian": did you mean train?'],
  [
    'mnist("folder")',
    () => d.mnist("folder"),
    'mnist() takes options by name, { data, train, validation, test }, got "folder"',
  ],
  [
    "splitData({ stratified })",
    () => d.splitData(SET, { stratified: true }),
    'splitData() has no option "stratified": it takes validation, test, stratify, seed',
  ],
  [
    "splitData({ test: 2 }) of two rows",
    () => d.splitData(SET, { test: 2 }),
    "Of 2 rows, 0 to validate and 2 to test leave none to train on",
  ],
  [
    "selectImages({ digits: 3 })",
    () => selectImages({ digits: 3 } as never),
    "The digits must be a list, such as [0, 2, 4], got 3",
  ],
  [
    "selectImages({ perClass: 100 })",
    () => selectImages({ perClass: 100 } as never),
    "Images per class are counts, { train, validation, test }, got 100",
  ],
  [
    "selectImages({ first: { valid } })",
    () => selectImages({ first: { train: 1, valid: 1, test: 1 } } as never),
    "First images are of train, validation and test, not of valid",
  ],
  [
    "chooseExecutor({ thread })",
    () => d.chooseExecutor({ thread: 1 }),
    'chooseExecutor() has no option "thread": did you mean threads?',
  ],
  [
    'chooseExecutor({ backend: "cuda" })',
    () => d.chooseExecutor({ backend: "cuda" }),
    'There is no backend "cuda": choose one of auto, webgpu, wasm, reference',
  ],
  [
    'chooseExecutor("wasm")',
    () => d.chooseExecutor("wasm"),
    'chooseExecutor() takes options by name, { backend, threads, gpu }, got "wasm"',
  ],
  [
    "wasmExecutor({ thread })",
    () => d.wasmExecutor({ thread: 1 }),
    'wasmExecutor() has no option "thread": did you mean threads?',
  ],
  [
    "webgpuExecutor({ sofware })",
    () => d.webgpuExecutor({ sofware: true }),
    'webgpuExecutor() has no option "sofware": did you mean software?',
  ],
  [
    "startStopping({ min_delta })",
    () => d.startStopping({ min_delta: 1 }),
    'stopping() has no option "min_delta": did you mean minDelta?',
  ],
  [
    "compile({ hoisted })",
    () => d.compile({}, { hoisted: true }),
    'compile() has no option "hoisted": did you mean hoist?',
  ],
  [
    "classificationReport({ average })",
    () => d.classificationReport({ classes: ["a"], counts: [[1]] }, { average: "macro" }),
    'classificationReport() has no option "average": it takes averaging',
  ],
  [
    'classificationReport({ averaging: "micro" })',
    () => d.classificationReport({ classes: ["a"], counts: [[1]] }, { averaging: "micro" }),
    'The averaging of scores must be weighted or macro, got "micro"',
  ],
  ['dense("30")', () => d.dense("30"), 'A layer needs a positive whole number of units, got "30"'],
  [
    "maxPool2d(null)",
    () => d.maxPool2d(null),
    "The window of a pooling layer must be a positive whole number or two, [height, width], got null",
  ],
  [
    "withSparsity(undefined, …)",
    () => d.withSparsity(undefined, { layers: ["dense_1"], rho: 0.1, beta: 1 }),
    "The sparsity goes with a loss, such as reconstructionCrossEntropy(), got undefined",
  ],
  [
    'fit({ off: ["host"] })',
    () => d.fit(MODEL, DATA, { off: ["host"], executor: EXECUTOR }),
    'There is no rewrite "host" to leave out: there are hoist, pool, bytes, lists, sgd, maps, merge',
  ],
  [
    "initializeWeights(model)",
    () => d.initializeWeights(MODEL),
    "Seed must be a whole number from 0 to 2^53 - 1, got undefined",
  ],
  [
    "countParameters()",
    () => d.countParameters(),
    "The model must be what sequential() gives, got undefined",
  ],
  [
    "joinModels(model, model)",
    () => d.joinModels(MODEL, MODEL),
    "The model must be what sequential() gives, got undefined",
  ],
  [
    "firstLayers()",
    () => d.firstLayers(undefined, 1),
    "A trained model, { model, weights }, is needed, got undefined",
  ],
  [
    "classificationReport()",
    () => d.classificationReport(),
    "A report is made of a confusion matrix, { classes, counts }, got undefined",
  ],
  [
    'leaf("input", "x", [2], "f64")',
    () => d.leaf("input", "x", [2], "f64"),
    'x: There is no type "f64": choose from f32, u32, u8',
  ],
  [
    'leaf("weights", …)',
    () => d.leaf("weights", "x", [2]),
    'There is no role "weights": a leaf is one of parameter, data, input, state',
  ],
  [
    'leaf("input", "x", 3)',
    () => d.leaf("input", "x", 3),
    'The shape of "x" must be a list of sizes such as [32, 10], got 3',
  ],
  [
    'arena("params", [1])',
    () => d.arena("params", [1]),
    "A graph is made of nodes, as leaf() gives, but one of them is 1",
  ],
  [
    "gradients([{}], [])",
    () => d.gradients([{}], []),
    "gradients() takes a list of { value, seed }, a list of nodes, and a function that adds two nodes",
  ],
  [
    "compile()",
    () => d.compile(),
    "A plan is compiled of routines, such as { forward: [y] } of a node y, got undefined",
  ],
];

for (const [call, work, sentence] of CALLS) {
  Deno.test(`${call} is answered by: ${sentence}`, async () => {
    const error = await assertRejects(async () => await work(), entry.DescentError);
    assertEquals(error.message, sentence);
  });
}

Deno.test("nearestName() finds what differs by two letters, in short names by one, and else nothing", () => {
  const names = ["epochs", "lr", "seed"];
  assertEquals(["epoch", "eopchs", "lt", "sede", "x", "epochsabc"].map((name) => nearestName(name, names)), [
    "epochs",
    "epochs",
    "lr",
    "seed",
    undefined,
    undefined,
  ]);
  assertEquals(nearestName("seed", []), undefined);
});
