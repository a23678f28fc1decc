/** Parts of trained networks, between values by name. */
import { assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { dense } from "../../src/nn/dense.ts";
import { addValues } from "../../src/nn/elementwise.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { input, modelOf, share } from "../../src/nn/network.ts";
import { tiedDense } from "../../src/nn/tied_dense.ts";
import { cutModel } from "../../src/train/cut_model.ts";
import { layerOutputs, predict } from "../../src/train/predict.ts";

const executor = referenceExecutor();
const ROWS = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i));

const both = share(dense(4, { activation: "tanh" }));
const x = input(4), first = both(x), code = addValues([both(first), x]);
const y = code.pipe(dense(5, { activation: "sigmoid" }), dense(3));
const MODEL = modelOf({ x }, { y, code });
const TRAINED = { model: MODEL, weights: initializeWeights(MODEL, 1) };

Deno.test("a network cut in two gives, one part behind the other, what the whole gives", async () => {
  const encoder = cutModel(TRAINED, { to: "code" }), decoder = cutModel(TRAINED, { from: "code", to: "y" });
  assertEquals([encoder.model.outputShape, decoder.model.inputShape], [[4], [4]]);
  assertEquals([encoder.model.inputs[0]!.name, decoder.model.inputs[0]!.name], ["x", "code"]);
  // The shared layer is there once.
  assertEquals(encoder.weights.size, 2);
  const codes = await predict(encoder, ROWS, { executor });
  assertEquals(await predict(decoder, codes, { executor }), await predict(TRAINED, ROWS, { executor }));
});

Deno.test("a network can be cut at any layer, and begin at two values", async () => {
  const [hidden] = (await layerOutputs(TRAINED, ROWS, { layers: ["dense_1"], executor })).values();
  const part = cutModel(TRAINED, { to: "dense_1" });
  assertEquals(await predict(part, ROWS, { executor }), hidden);
  const rest = cutModel(TRAINED, { from: ["x", "dense_1"], to: "y" });
  assertEquals(rest.model.inputs.map(({ name }) => name), ["x", "dense_1"]);
});

Deno.test("a part knows what its values are: those before the end are no logits", () => {
  const model = {
    ...MODEL,
    gives: "logits",
    classNames: ["a", "b", "c"],
    scaling: { scale: 1, offset: 0 },
  } as const;
  const recorded = (
    { model: { gives, classNames, scaling } }: { model: typeof MODEL },
  ) => [gives, classNames, scaling];
  const whole = cutModel({ ...TRAINED, model }, {}), start = cutModel({ ...TRAINED, model }, { to: "code" });
  assertEquals(recorded(whole), ["logits", ["a", "b", "c"], { scale: 1, offset: 0 }]);
  assertEquals(recorded(start), ["values", undefined, { scale: 1, offset: 0 }]);
  assertEquals(recorded(cutModel({ ...TRAINED, model }, { from: "code", to: "y" })), [
    "logits",
    ["a", "b", "c"],
    undefined,
  ]);
});

Deno.test("cutModel() says which value there is not, what is missing, and what is tied", () => {
  const cases = [
    [
      () => cutModel(TRAINED, { to: "z" }),
      'The network has no value "z": it has dense_1, dense_2, elementwise_3, dense_4, dense_5, y, code, x',
    ],
    [
      () => cutModel(TRAINED, { from: "dense_1", to: "code" }),
      'What is cut out needs the input "x": let it begin there too',
    ],
    [
      () => {
        const model = sequential(4, [dense(2, { activation: "relu" }), tiedDense("dense_1")]);
        return cutModel({ model, weights: initializeWeights(model, 1) }, { from: "dense_1" });
      },
      'Layer "tied_dense_2" is tied to "dense_1": cut such a model with sliceLayers()',
    ],
  ] as const;
  for (const [work, sentence] of cases) assertEquals(assertThrows(work, DescentError).message, sentence);
});
