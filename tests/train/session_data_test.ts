/** What `writeTable` hands over: sets side by side, and one that fills the table without a copy. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import type { DataSet } from "../../src/data/data_set.ts";
import type { Program } from "../../src/exec/executor.ts";
import { crossEntropy } from "../../src/nn/cross_entropy.ts";
import { writeTable } from "../../src/train/session_data.ts";
import { dataKind, tableLeaves } from "../../src/train/table.ts";

/** The inputs that a program is given of sets, in a table of so many rows. */
function writtenInputs(rows: number, sets: readonly DataSet[]): ArrayLike<number> {
  const loss = crossEntropy(), table = tableLeaves(rows, dataKind(sets[0]!), { loss });
  const written = new Map<unknown, ArrayLike<number>>();
  const program = { write: (node: unknown, values: ArrayLike<number>) => void written.set(node, values) };
  writeTable(program as unknown as Program, table, sets, loss);
  return written.get(table.inputs)!;
}

Deno.test("writeTable() gives a set that fills the table as it lies, and joins or pads all else", () => {
  const set = (inputs: Uint8Array): DataSet => ({
    inputs,
    inputShape: [2],
    targets: new Uint8Array(inputs.length / 2),
  });
  const first = Uint8Array.of(1, 2, 3, 4), second = Uint8Array.of(5, 6);
  assertStrictEquals(writtenInputs(2, [set(first)]), first);
  assertEquals(writtenInputs(3, [set(first), set(second)]), Uint8Array.of(1, 2, 3, 4, 5, 6));
  assertEquals(writtenInputs(3, [set(first)]), Uint8Array.of(1, 2, 3, 4, 0, 0));
});
