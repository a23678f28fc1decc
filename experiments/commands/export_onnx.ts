/** The models of a run as ONNX files. */
import { basename, join } from "node:path";
import { causeOf, DescentError, require } from "../../src/core/errors.ts";
import { formatShape } from "../../src/core/tensor.ts";
import { writeAtomically } from "../../src/core/write_file.ts";
import type { NamedShape } from "../../src/nn/network.ts";
import { toOnnx } from "../../src/onnx/mod.ts";
import { MODEL_ENDING } from "../../src/runs/layout.ts";
import type { RunFolder } from "../../src/runs/read.ts";
import { loadRunModel } from "../lab/run_model.ts";

/**
 * Writes each model of a run into `out`, under its name with another ending; gives a line for each.
 *
 * @throws DescentError when the run has no model yet, one is damaged or is not the file that the run wrote, or a file cannot
 * be written.
 */
export async function exportOnnx(
  { path, state }: RunFolder,
  { out, bytes }: { readonly out: string; readonly bytes: boolean },
): Promise<readonly string[]> {
  const names = await Array.fromAsync(Deno.readDir(path), ({ name }) => name);
  const models = names.filter((name) => name.endsWith(MODEL_ENDING) && !name.startsWith(".")).sort();
  require(
    models.length > 0,
    () =>
      `${path} holds no model (its state is ${state}): a run writes it when its training has come to an end; name another, ` +
      "or go on with this one by --resume",
  );
  const lines: string[] = [];
  for (const name of models) {
    const trained = await loadRunModel(path, name);
    const file = toOnnx(trained, { inputs: bytes ? "bytes" : "numbers" }),
      { inputs, outputs } = trained.model;
    const target = join(out, `${basename(name, MODEL_ENDING)}.onnx`);
    try {
      await Deno.mkdir(out, { recursive: true });
      await writeAtomically(target, file);
    } catch (error) {
      throw new DescentError(`Cannot write ${target}: ${causeOf(error)}`, { cause: error });
    }
    const what = `${bytes ? "bytes " : ""}${shapesOf(inputs)} to ${shapesOf(outputs)}`;
    lines.push(`${target}  ${what}, ${Math.ceil(file.length / 1000)} kB`);
  }
  return lines;
}

/** `x [batch,784]`. */
function shapesOf(values: readonly NamedShape[]): string {
  return values.map(({ name, shape }) => `${name} ${formatShape(shape).replace("[", "[batch,")}`).join(", ");
}
