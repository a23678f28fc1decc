/** `deno task export`: what it writes of a run, and what it says to mistakes. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { main } from "../../experiments/main.ts";
import { dense, encodeModel, initializeWeights, predict, sequential } from "../../src/mod.ts";
import { fromOnnx } from "../../src/onnx/mod.ts";
import { createRun } from "../../src/runs/run.ts";
import { withTempFolder } from "../fixtures.ts";

/** Runs a command line; gives its exit code and what it printed. */
async function said(...args: readonly string[]) {
  const { log, error } = console, lines: string[] = [];
  console.log = console.error = (text: string) => void lines.push(text);
  try {
    return { code: await main(["export", ...args]), lines };
  } finally {
    Object.assign(console, { log, error });
  }
}

/** A run of two models in a folder that is gone afterwards. */
function withRun(use: (run: string, folder: string) => Promise<void>): Promise<void> {
  return withTempFolder(async (folder) => {
    const run = await createRun(join(folder, "runs"), { name: "two", seed: 1, record: {} });
    for (const [name, units] of [["model", 4], ["classifier", 3]] as const) {
      const model = sequential(4, [dense(units)]);
      await run.writeFile(
        `${name}.safetensors`,
        encodeModel({ model, weights: initializeWeights(model, 1) }),
      );
    }
    await run.finish("finished");
    await use(run.path, folder);
  });
}

Deno.test("export --onnx writes every model of a run beside it, or where --out says, and says what it wrote", () =>
  withRun(async (run, folder) => {
    const beside = await said(run, "--onnx");
    assertEquals([beside.code, beside.lines.length], [0, 2]);
    assertMatch(beside.lines[0]!, /classifier\.onnx {2}x \[batch,4\] to output \[batch,3\], 1 kB$/);
    const trained = fromOnnx(await Deno.readFile(join(run, "model.onnx"))),
      rows = Float32Array.of(1, 0, 0, 0);
    assertEquals((await predict(trained, rows)).length, 4);
    const out = join(folder, "new/place"), bytes = await said(run, "--onnx", "--bytes", "--out", out);
    assertMatch(bytes.lines[1]!, /model\.onnx {2}bytes x \[batch,4\] to output \[batch,4\], 1 kB$/);
    const taking = fromOnnx(await Deno.readFile(join(out, "model.onnx"))).model.scaling;
    assertEquals(taking, { scale: 1, offset: 0 });
  }));

Deno.test("export refuses mistakes in one sentence with the way out", () =>
  withRun(async (run, folder) => {
    const empty = join(folder, "empty");
    await Deno.mkdir(empty);
    const mistakes: readonly (readonly [code: number, args: readonly string[], sentence: string])[] = [
      [2, ["--onnx"], "export takes the folder of one run, as in deno task export runs/ID --onnx, got none"],
      [2, [run, empty, "--onnx"], `got 2: ${run}, ${empty}`],
      [2, [run], "export needs a form: add --onnx or --tensorboard"],
      [2, [run, "--onx"], "Unknown option --onx: did you mean --onnx?"],
      [1, [join(folder, "none"), "--onnx"], "no such file or directory; name a folder inside runs/"],
      [
        1,
        [empty, "--onnx"],
        "holds no model (its state is unknown): a run writes it when its training has come to an end",
      ],
      [1, [run, "--onnx", "--out", join(run, "run.json")], "Cannot write"],
    ];
    for (const [code, args, sentence] of mistakes) {
      const { lines, ...ended } = await said(...args);
      assertEquals([ended.code, lines.length], [code, 1], lines.join());
      assert(lines[0]!.includes(sentence), lines[0]);
    }
    const changed = await Deno.readFile(join(run, "model.safetensors"));
    changed[changed.length - 1]! ^= 1;
    await Deno.writeFile(join(run, "model.safetensors"), changed);
    const { lines } = await said(run, "--onnx");
    assert(lines.at(-1)!.includes("is not the file that was saved: its SHA-256 is"), lines.join("\n"));
  }));
