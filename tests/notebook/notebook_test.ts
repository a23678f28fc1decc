/** The notebook of the examples, run by Deno's own kernel as Jupyter runs it. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { ROOT } from "../house/sources.ts";
import type { Output } from "./kernel.ts";
import { runNotebook, type StoredOutput } from "./run_notebook.ts";

const PATH = join(ROOT, "examples/mnist.ipynb");

/** How an output is shown, and by which types. */
function kindOf(output: Output | StoredOutput): string {
  const kind = "kind" in output ? output.kind : output.output_type;
  return [kind, ...Object.keys(output.data ?? {}).sort()].join(" ");
}

Deno.test("the notebook runs from data to figure, and its cells show what is stored with them", async () => {
  await runNotebook(PATH, async (cells, kernel) => {
    const svg = "execute_result image/svg+xml text/plain", html = "execute_result text/html text/plain";
    assertEquals(cells.map(({ outputs }) => outputs.map(kindOf)), [[], [svg], [html], [svg], [html], [svg], [
      "stream",
    ]]);
    for (const { cell, outputs } of cells) {
      assertEquals(cell.outputs?.map(kindOf), outputs.map(kindOf), cell.source.join(""));
    }
    const [, digits, model, trained, evaluation, misread, files] = cells.map(({ outputs }) => outputs[0]);
    assertEquals(digits!.data["image/svg+xml"]!.match(/<image /g)?.length, 16);
    assert(model!.data["text/plain"]!.includes("conv2d_1"), model!.data["text/plain"]);
    assertEquals(model!.data["text/html"]!.match(/<tr>/g)?.length, 7);
    for (const words of ["Loss against epochs", "Accuracy against epochs", "5 epochs in"]) {
      assert(trained!.data["image/svg+xml"]!.includes(words), words);
    }
    assert(/^5 epochs in [\d.]+ s; loss: train 0\.\d+, /.test(trained!.data["text/plain"]!));
    for (const words of ["True class", "precision", "weighted mean", "250"]) {
      assert(evaluation!.data["text/html"]!.includes(words), words);
    }
    assert(/\d as \d/.test(misread!.data["image/svg+xml"]!));
    assertEquals(files!.text, "accuracy.png\naccuracy.svg\ndigits.safetensors\n");

    const valueOf = async (code: string) => (await kernel.execute(code))[0]!.data["text/plain"]!;
    const accuracy = Number(await valueOf("trained.results.test.accuracy"));
    assert(accuracy > 0.9, `${accuracy}`);
    assert(evaluation!.data["text/plain"]!.startsWith(`accuracy ${accuracy.toFixed(4)}, F1 0.9`));

    // What the notebook shows nowhere: a training by a loss that knows no right or wrong, one set's result, a figure's words.
    await kernel.execute(
      'import { chooseExecutor, meanSquaredError } from "descent"\n' +
        'const { executor } = await chooseExecutor({ backend: "reference" })',
    );
    const line = "{ inputs: Float32Array.of(1, 2), inputShape: [1], targets: Float32Array.of(1, 2) }";
    const [values] = await kernel.execute(
      `await fit(sequential(1, [dense(1)]), { train: ${line} }, { loss: meanSquaredError(), epochs: 2, executor })`,
    );
    assert(/^2 epochs in [\d.]+ s; loss: train \d/.test(values!.data["text/plain"]!));
    assert(!values!.data["image/svg+xml"]!.includes("Accuracy"));
    const [result] = await kernel.execute("trained.results.test");
    assert(/^loss 0\.\d{4}, accuracy 0\.9\d+, F1 0\.9\d+, 250 rows\n/.test(result!.data["text/plain"]!));
    assertEquals(
      (await kernel.execute("accuracies")).map(({ data }) => data["text/plain"]!.slice(0, 63)),
      ["Accuracy against epochs. Lines of Accuracy against Epoch. train"],
    );
    const [error] = await kernel.execute("imageGrid(data)");
    assertEquals(
      error!.text,
      "DescentError: imageGrid() takes images as { inputs, inputShape }, such as a data set, got an object",
    );
  });
});
