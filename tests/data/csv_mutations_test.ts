/** CSV files changed at random: each is refused in a sentence, or its set has a row for every row of text. */
import { assert, assertEquals } from "@std/assert";
import { parseCsv } from "../../src/data/csv.ts";
import { countRows } from "../../src/data/data_set.ts";
import { longOr } from "../fixtures.ts";
import { attempt, drawsOf, type Mutation, MUTATIONS, splice } from "../mutations.ts";

const TEXT = 'id,area,city,"sold, when",y\n' +
  Array.from(
    { length: 12 },
    (_, i) => `${i},${i * 1.5},${i % 3 ? "Oslo" : '"Bø, ""x"""'},"a\n${i % 2}",${i % 4}\n`,
  )
    .join("");
const WAYS: readonly (readonly [string, Mutation])[] = [
  ...Object.entries(MUTATIONS),
  ["a mark put in", (bytes, draw) => {
    const at = draw(bytes.length + 1), mark = ',"\n\r;\t\\'.charCodeAt(draw(7));
    return splice(bytes, at, at, Uint8Array.of(mark));
  }],
  ["a mark taken out", (bytes, draw) => {
    const marks = [...bytes.keys()].filter((at) => ',"\n'.includes(String.fromCharCode(bytes[at]!)));
    const at = marks[draw(marks.length)]!;
    return splice(bytes, at, at + 1, new Uint8Array());
  }],
];

Deno.test("a CSV file that was changed is refused, or gives a set whose parts agree", async () => {
  const bytes = new TextEncoder().encode(TEXT), count = longOr(1000, 20_000);
  const decoder = new TextDecoder();
  let refused = 0;
  for (let index = 0; index < count; index++) {
    const [name, mutate] = WAYS[index % WAYS.length]!, title = `mutation ${index}, ${name}`;
    const text = decoder.decode(mutate(bytes, drawsOf(index)));
    const set = await attempt(
      () =>
        parseCsv(text, { target: "y", omit: ["id"], categorical: ["city", "sold, when"], missing: "drop" }),
      title,
    );
    if (set === undefined) {
      refused++;
      continue;
    }
    const rows = countRows(set);
    assert(Number.isInteger(rows) && rows > 0, title);
    assertEquals([set.targets?.length, set.inputNames.length], [rows, set.inputShape[0]], title);
    assert(set.inputs.every(Number.isFinite), title);
    const later = await attempt(() => parseCsv(text, { columns: set.columns, missing: "drop" }), title);
    assertEquals(later, set, title);
  }
  assert(refused > count / 10 && refused < count, `${refused} of ${count} were refused`);
});
