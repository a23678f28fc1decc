import { assert, assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { axisAlong } from "../../src/plot/axes.ts";
import { bars, confusionMatrix, curves, histogram, learningCurves, toPng } from "../../src/plot/mod.ts";

const HISTORY = [1, 2, 3].map((epoch) => ({
  epoch,
  loss: 1 / epoch,
  accuracy: 1 - 0.3 / epoch,
  valLoss: 1.1 / epoch,
  valAccuracy: 1 - 0.4 / epoch,
  stopping: { bestEpoch: 2 },
}));

Deno.test("learningCurves() draws the losses of each set that was measured, and marks the best epoch", () => {
  const { name, svg, csv } = learningCurves({ history: HISTORY });
  assertEquals(name, "loss");
  assertEquals(csv.split("\r\n").slice(0, 2), ["series,Epoch,Loss", "train,1,1"]);
  assert(csv.includes("validation,2,0.55") && !csv.includes("test,"));
  assert(svg.includes("best: epoch 2") && svg.includes("Loss against epochs"));
});

Deno.test("learningCurves() draws accuracies if asked, with options of curves(), and refuses where there are none", () => {
  const { name, svg, csv } = learningCurves({ history: HISTORY }, {
    measure: "accuracy",
    name: "mine",
    yDomain: [0, 1],
  });
  assertEquals(name, "mine");
  assert(csv.includes("validation,1,0.6") && svg.includes("Accuracy against epochs"));
  const refusal = (act: () => unknown) => assertThrows(act, DescentError).message;
  const history = HISTORY.map(({ epoch, loss }) => ({ epoch, loss }));
  assertEquals(
    refusal(() => learningCurves({ history }, { measure: "accuracy" })),
    "This training has no accuracies, since its loss knows no right or wrong: draw the losses",
  );
  // deno-lint-ignore no-explicit-any
  const wrong = (value: unknown) => value as any;
  assertEquals(
    refusal(() => learningCurves(wrong({ model: {} }))),
    "learningCurves() takes what fit() gives, got an object without a history",
  );
  assertEquals(
    refusal(() => learningCurves({ history }, { measure: wrong("f1") })),
    'The measure of learning curves is loss or accuracy, got "f1"',
  );
});

Deno.test("figures need neither a name nor a title, and say what they are of in words", () => {
  const figures = [
    curves([{ label: "a", x: [1, 2], y: [3, 4] }]),
    bars([{ label: "a", values: [{ label: "b", value: 1 }] }]),
    histogram([{ label: "a", values: [1, 2, 2, 5] }], { bins: 4 }),
    confusionMatrix({ confusion: { classes: ["a", "b"], counts: [[1, 0], [0, 1]] } }),
  ];
  assertEquals(figures.map(({ name }) => name), ["curves", "bars", "histogram", "confusion"]);
  for (const { svg } of figures) {
    assert(/<title>[A-Z][^<]+\.<\/title>/.test(svg), svg.slice(0, 500));
    assert(!/NaN|undefined/.test(svg));
  }
  assertEquals(figures[2]!.csv.split("\r\n")[1], "a,1,2,1,0.25");
});

Deno.test("what is no data of a figure is refused by the name of the function that was asked", async () => {
  // deno-lint-ignore no-explicit-any
  const wrong: any = { series: [] };
  const refusal = (act: () => unknown) => assertThrows(act, DescentError).message;
  assertEquals(
    refusal(() => curves(wrong)),
    "curves() takes a list of lines, [{ label, x, y }], got an object",
  );
  assertEquals(
    refusal(() => bars(wrong)),
    "bars() takes a list of groups, [{ label, values: [{ label, value }] }], got an object",
  );
  assertEquals(
    refusal(() => histogram(wrong)),
    "histogram() takes a list of samples, [{ label, values }], got an object",
  );
  assertEquals(
    refusal(() => confusionMatrix(wrong)),
    "confusionMatrix() takes { classes, counts }, or what evaluate() gives, got an object without them",
  );
  assertEquals(
    refusal(() => curves([], { ylabel: "Loss" } as object)),
    'curves() has no option "ylabel": did you mean yLabel?',
  );
  const message = await toPng(wrong).then(() => "", (error) => error.message);
  assertEquals(message, "toPng() takes a figure, or the text of an SVG, got an object");
});

Deno.test("an axis has no more ticks than have room for their numbers, and as many as are wished for where they have", () => {
  const widthOf = (text: string) => 7 * text.length;
  const along = (room: number) => axisAlong([0.001, 0.003], { count: 6 }, { room, widthOf }).ticks.length;
  assertEquals([1000, 270, 120].map(along), [11, 5, 3]);
  for (const type of ["linear", "log"] as const) {
    const axis = axisAlong([1e-5, 0.02], { count: 6, type }, { room: 200, widthOf });
    const places = axis.ticks.map((tick) => axis.format(tick)).join("").length * 7;
    assert(places < 200 && axis.ticks.length >= 2, axis.ticks.join());
  }
});
