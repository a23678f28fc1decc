/** The lines of metrics.jsonl: the dashboard, which reads on from its last look, and readRun() take the same ones. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { Metrics } from "../../dashboard/metrics.ts";
import { readRun } from "../../src/runs/read.ts";
import { withTempFolder } from "../fixtures.ts";
import { writeRun } from "./dashboard_fixtures.ts";

const FOUR = [1, 2, 3, 4].map((epoch) => JSON.stringify({ epoch, loss: 1 / epoch, note: "é" }));
const MARK = "\uFEFF";
/** Texts of the file: good lines, and damaged ones. */
const TEXTS: Readonly<Record<string, readonly [text: string, good: number, damaged: number]>> = {
  "nothing": ["", 0, 0],
  "lines as they are written": [`${FOUR.join("\n")}\n`, 4, 0],
  "a byte-order mark": [`${MARK}${FOUR.join("\n")}\n`, 4, 0],
  "lines that end as on Windows": [`${FOUR.join("\r\n")}\r\n`, 4, 0],
  "both, and no end of the last line": [`${MARK}${FOUR.join("\r\n")}`, 4, 0],
  "no end of the last line": [FOUR.join("\n"), 4, 0],
  "no end of the only line": [FOUR[0]!, 1, 0],
  "a last line cut within": [`${FOUR.join("\n")}\n${FOUR[0]!.slice(0, -1)}`, 4, 0],
  "a last line cut within a text": [`${FOUR.join("\n")}\n{"note":"`, 4, 0],
  "only the start of the end of a line": [`${FOUR.join("\r\n")}\r`, 4, 0],
  "two objects on the last line": [`${FOUR[0]}\n${FOUR[1]}${FOUR[2]}`, 1, 0],
  "two objects on a line": [`${FOUR[0]}\n${FOUR[1]}${FOUR[2]}\n${FOUR[3]}\n`, 2, 1],
  "a mark within": [`${FOUR[0]}\n${MARK}${FOUR[1]}\n`, 2, 0],
  "two marks": [`${MARK}${MARK}${FOUR[0]}\n${FOUR[1]}\n`, 1, 1],
  "empty lines": [`\n${FOUR[0]}\n\r\n\n${FOUR[1]}\n`, 2, 3],
  "words that are no JSON": [`{"loss":NaN}\n${FOUR[0]}\n[1]\n7\n{"loss":Infinity}\n`, 1, 4],
  "zeros where the disk was full": [`${FOUR[0]}\n\0\0\0\0\n${FOUR[1]}\n\0\0`, 2, 1],
};

for (const [what, [text, good, damaged]] of Object.entries(TEXTS)) {
  Deno.test(`metrics with ${what} are read alike by readRun() and the dashboard, however they grow`, () =>
    withTempFolder(async (root) => {
      writeRun(root, "a", { metrics: text });
      const path = join(root, "a", "metrics.jsonl");
      const { metrics, skippedLines } = await readRun(join(root, "a"));
      assertEquals([metrics.length, skippedLines], [good, damaged]);
      const losses = metrics.map(({ loss }) => loss as number | undefined ?? null);
      const bytes = new TextEncoder().encode(text);
      // Read at once, and in two looks for each place where the first may have ended.
      for (let cut = 0; cut <= bytes.length; cut++) {
        const follower = new Metrics(root, "a");
        await Deno.writeFile(path, bytes.subarray(0, cut));
        await follower.refresh();
        const half = await readRun(join(root, "a"));
        assertEquals(
          [follower.lines, follower.skippedLines],
          [half.metrics.length, half.skippedLines],
          `${cut}`,
        );
        await Deno.writeFile(path, bytes.subarray(cut), { append: true });
        await follower.refresh();
        assertEquals([follower.lines, follower.skippedLines], [good, damaged], `in two from ${cut}`);
        const [stage] = follower.stages();
        const seen = stage?.curves.find(({ key }) => key === "loss");
        assertEquals(
          seen?.y ?? [],
          losses.map((loss) => loss === null ? null : Number(loss.toPrecision(6))).filter((_, i) => i < good),
          `in two from ${cut}`,
        );
      }
    }));
}

Deno.test("run.json and summary.json with a byte-order mark are read", () =>
  withTempFolder(async (root) => {
    writeRun(root, "a");
    for (const name of ["run.json", "summary.json"]) {
      const path = join(root, "a", name), text = await Deno.readTextFile(path);
      await Deno.writeTextFile(path, MARK + text.replaceAll(',"', ',\r\n"'));
    }
    const { state, error, summary } = await readRun(join(root, "a"));
    assertEquals([state, error, summary?.experiment], ["finished", undefined, "q1-adam"]);
  }));

Deno.test("metrics are read anew where another file took the name, of the same length or longer", () =>
  withTempFolder(async (root) => {
    writeRun(root, "a", { metrics: `${FOUR.slice(0, 2).join("\n")}\n` });
    const path = join(root, "a", "metrics.jsonl"), follower = new Metrics(root, "a");
    await follower.refresh();
    for (const more of [0, 2]) {
      const lines = Array.from({ length: 2 + more }, (_, i) => `{"epoch":${i + 1},"loss":7,"note":"é"  }`);
      await Deno.writeTextFile(`${path}.new`, `${lines.join("\n")}\n`);
      await Deno.rename(`${path}.new`, path);
      await follower.refresh();
      assertEquals(follower.stages()[0]!.curves[0]!.y, lines.map(() => 7));
    }
  }));
