/** The examples, run as a reader would. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dense } from "../../src/nn/dense.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { classify } from "../../src/train/predict.ts";
import { saveModel } from "../../src/train/saved.ts";
import { withTempFolder } from "../fixtures.ts";

Deno.test("examples/server.ts answers images with classes and probabilities, and what is none with a sentence", async () => {
  await withTempFolder(async (folder) => {
    const model = sequential(16, [dense(8), dense(3, { activation: "identity" })]);
    const trained = { model, weights: initializeWeights(model, 1) }, path = join(folder, "model.safetensors");
    await saveModel(path, trained);
    const port = 20_000 + Math.floor(Math.random() * 20_000);
    const server = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "-A",
        fileURLToPath(new URL("../../examples/server.ts", import.meta.url)),
        path,
        String(port),
      ],
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      const image = Uint8Array.from({ length: 16 }, (_, i) => 16 * i), url = `http://localhost:${port}`;
      const ask = (body: Uint8Array<ArrayBuffer>) => fetch(url, { method: "POST", body });
      let answered = await ask(image).catch(() => undefined);
      for (let i = 0; answered === undefined && i < 200; i++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        answered = await ask(image).catch(() => undefined);
      }
      const answer = await answered!.json();
      const expected = await classify(trained, image);
      assertEquals(answer.class, expected.classes[0]);
      expected.probabilities.forEach((value, i) => assertAlmostEquals(answer.probabilities[i], value, 1e-6));
      const wrong = await ask(image.subarray(1));
      assertEquals(wrong.status, 400);
      assert((await wrong.json()).error.startsWith("Cannot predict from 15 values"));
    } finally {
      server.kill();
      await server.status;
    }
  });
});
