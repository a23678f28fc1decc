/** Run folders damaged at random, the same for the same seed: what readers of runs are fed. */
import { join } from "node:path";
import { isJsonObject, type Json } from "../../src/runs/json.ts";
import { type Draw, drawsOf, type Mutation, MUTATIONS } from "../mutations.ts";

/** Files of a run by their paths in its folder. */
export type RunFiles = Readonly<Record<string, string>>;

/** What no reader expects anywhere; each is the text of a JSON value. */
const STRANGE = [
  "null",
  "true",
  "-1",
  "0.5",
  "1e308",
  "-1e999",
  "9007199254740993",
  '""',
  '"NaN"',
  '"constructor"',
  '"../../x"',
  '"9999-99-99T99:99:99Z"',
  '"+275760-09-13T00:00:00.000Z"',
  '"a\\u0000\\u202e\\ud800\\n<b>"',
  `"${"long ".repeat(400)}"`,
  "[]",
  "{}",
  "[null, [1], {}]",
  '{"__proto__": {"x": 1}, "constructor": 5, "": {"": []}}',
  `[${"0,".repeat(5000)}0]`,
  `${"[".repeat(20_000)}${"]".repeat(20_000)}`,
  `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`,
] as const;

const MARK = "@strange@";

/** Changes one value somewhere in a JSON text; the text may be longer than any value in it. */
function strangeValue(text: string, draw: Draw): string {
  const strange = STRANGE[draw(STRANGE.length)]!, value: Json = JSON.parse(text);
  const places = placesIn(value, 0), at = places[draw(places.length)]!;
  return JSON.stringify(replaced(value, at, draw(8))).replace(`"${MARK}"`, () => strange);
}

type Place = readonly (string | number)[];

function placesIn(value: Json, depth: number): readonly Place[] {
  const members = Array.isArray(value)
    ? value.map((one, i) => [i, one] as const)
    : isJsonObject(value)
    ? Object.entries(value)
    : [];
  const inner = members.flatMap(([name, one]) => placesIn(one as Json, depth + 1).map((at) => [name, ...at]));
  return [[], ...inner];
}

/** The value at a place replaced; now and then taken away, or under another name. */
function replaced(value: Json, [name, ...rest]: Place, way: number): Json {
  if (name === undefined) return MARK;
  const inner = (one: Json) => replaced(one, rest, way);
  if (Array.isArray(value)) return value.map((one, i) => i === name ? inner(one) : one);
  return Object.fromEntries(
    Object.entries(value as Record<string, Json>).flatMap(([key, one]) => {
      if (key !== name) return [[key, one]];
      if (rest.length === 0 && way === 0) return [];
      if (rest.length === 0 && way === 1) return [["cells", one], [`${key} `, MARK]];
      return [[key, inner(one)]];
    }),
  );
}

/** One of the lines of a file, or the only one. */
function inALine(text: string, draw: Draw): string {
  const lines = text.trimEnd().split("\n"), at = draw(lines.length);
  return lines.map((line, i) => i === at ? strangeValue(line, draw) : line).join("\n") + "\n";
}

type Way = (path: string, text: string, draw: Draw) => Promise<void>;

const withBytes = (mutate: Mutation): Way => (path, text, draw) =>
  Deno.writeFile(path, new Uint8Array(mutate(new TextEncoder().encode(text), draw)));

const WAYS: readonly (readonly [string, Way])[] = [
  ...Object.entries(MUTATIONS).map(([name, mutate]) => [name, withBytes(mutate)] as const),
  ...[1, 2, 3, 4, 5, 6].map((i) =>
    [`a strange value, ${i}`, async (path, text, draw) => {
      const change = path.endsWith(".jsonl") ? inALine : strangeValue;
      await Deno.writeTextFile(path, path.includes(".json") ? change(text, draw) : `${text},"`);
    }] as const satisfies readonly [string, Way]
  ),
  ["missing", () => Promise.resolve()],
  ["empty", (path) => Deno.writeTextFile(path, "")],
  ["a folder", (path) => Deno.mkdir(join(path, "inner"), { recursive: true })],
  ["a link to itself", (path) => Deno.symlink(path, path)],
  ["a link to nothing", (path) => Deno.symlink("nothing", path)],
  ["a link to the folder", (path) => Deno.symlink(".", path)],
  ["a link to another file", (path) => Deno.symlink("run.json", path)],
  ["a link out of the folder", (path) => Deno.symlink("/proc/self/status", path)],
];

/**
 * Damages a file of a run in a folder that has them all; gives what was done. `again` puts it back as it was.
 */
export async function damage(
  folder: string,
  files: RunFiles,
  index: number,
): Promise<{ readonly title: string; readonly again: () => Promise<void> }> {
  const draw = drawsOf(index), names = Object.keys(files);
  const name = names[draw(names.length)]!, [way, change] = WAYS[index % WAYS.length]!;
  const path = join(folder, name), text = files[name]!;
  await Deno.remove(path);
  await change(path, text, draw);
  return {
    title: `damage ${index}, ${name}: ${way}`,
    async again() {
      await Deno.remove(path, { recursive: true }).catch(() => {});
      await Deno.writeTextFile(path, text);
    },
  };
}
