/** Command lines made up at random: each is refused in one sentence, and nothing is left of it. */
import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "../../experiments/commands.ts";
import { experimentFlags } from "../../experiments/lab/command.ts";
import { MOMENTUM_FLAG, NETWORK_FLAGS, RUN_FLAGS, TRAIN_FLAGS } from "../../experiments/lab/options.ts";
import { main } from "../../experiments/main.ts";
import { EXPERIMENTS } from "../../experiments/registry.ts";
import { longOr } from "../fixtures.ts";
import { type Draw, drawsOf } from "../mutations.ts";

/** Values that some option takes. */
const RIGHT = [
  "1",
  "2",
  "0.1",
  "30,20",
  "0,2,4",
  "all",
  "off",
  "on",
  "tanh",
  "val_loss",
  "wasm",
  "reference",
  "auto",
  "gather",
  "adam",
  "there",
  "no/such/run",
];
/** Values that none takes, or only as a name. */
const ABSURD = [
  "",
  " ",
  "-1",
  "0",
  "NaN",
  "Infinity",
  "1e999",
  "1e308",
  "9007199254740993",
  "0x10",
  "１２",
  "-",
  ",",
  ",,,",
  "1,,2",
  "1;2",
  "null",
  "__proto__",
  "constructor",
  "ünïcödé 🙂",
  "\u202e",
  "'; rm -rf x; '",
  "$(x)",
  "%s",
  "--",
  "a\tb",
  "x".repeat(300),
  "../../..",
];
const GROUP_WORDS = ["only", "seeds", "jobs", "quick", "report", "gather", "stage", "time", "task", "tasks"];
const ALL_FLAGS = [
  ...new Set([
    ...Object.keys({ ...RUN_FLAGS, ...TRAIN_FLAGS, ...NETWORK_FLAGS, ...MOMENTUM_FLAG }),
    ...EXPERIMENTS.flatMap((experiment) => Object.keys(experimentFlags(experiment))),
    ...GROUP_WORDS,
  ]),
  // Help is no refusal.
].filter((name) => name !== "help");

function oneOf<T>(list: readonly T[], draw: Draw): T {
  return list[draw(list.length)]!;
}

/** A name with a letter too few, too many, twice or turned round. */
function misspelt(name: string, draw: Draw): string {
  const at = draw(name.length), letter = String.fromCharCode(97 + draw(26));
  const ways = [
    name.slice(0, at) + name.slice(at + 1),
    name.slice(0, at) + letter + name.slice(at),
    name.slice(0, at) + name[at]!.toUpperCase() + name.slice(at + 1),
    name.slice(0, at) + [...name.slice(at, at + 2)].toReversed().join("") + name.slice(at + 2),
  ];
  return oneOf(ways, draw);
}

function optionWords(flags: readonly string[], draw: Draw): readonly string[] {
  const known = oneOf(draw(4) === 0 ? ALL_FLAGS : flags, draw);
  const name = `--${draw(8) === 0 ? misspelt(known, draw) : known}`;
  const value = oneOf(draw(2) === 0 ? RIGHT : ABSURD, draw);
  switch (draw(10)) {
    case 0:
      return [name];
    case 1:
      return [name, value, name, value];
    case 2:
      return [name, value, oneOf(ABSURD, draw)];
    case 3:
      return [value];
    case 4:
    case 5:
      return [`${name}=${value}`];
    default:
      return [name, value];
  }
}

/** The words of the line `index`: of data that is not there, so that none can be carried out. */
function lineOf(index: number): readonly string[] {
  const draw = drawsOf(index), names = Object.keys(COMMANDS);
  const known = oneOf(names, draw), name = draw(12) === 0 ? misspelt(known, draw) : known;
  const experiment = EXPERIMENTS.find((one) => one.name === known) ?? oneOf(EXPERIMENTS, draw);
  const takesName = ["sweep", "plan"].includes(known) && draw(10) > 0;
  const flags = Object.keys(experimentFlags(experiment));
  const options = Array.from({ length: draw(5) }, () => optionWords(flags, draw)).flat();
  return [name, ...(takesName ? [experiment.name] : []), ...options, "--data", "no/such/folder"];
}

/** What a command prints on standard error, and how it ends. */
async function runLine(words: readonly string[]) {
  const { log, error } = console, said: string[] = [];
  console.log = () => {};
  console.error = (...texts: readonly unknown[]) => void said.push(texts.map(String).join(" "));
  try {
    return { code: await main(words), said };
  } finally {
    Object.assign(console, { log, error });
  }
}

/** What lies here, and in the folders that commands write into where they are told of none. */
function filesHere(): readonly string[] {
  const namesIn = (folder: string) => {
    try {
      return Array.from(Deno.readDirSync(folder), ({ name }) => `${folder}/${name}`);
    } catch {
      return [];
    }
  };
  // Other tests that run meanwhile may pack what goes into dist.
  return [".", "runs", "reproduction", "forensics"].flatMap(namesIn).filter((path) => path !== "./dist")
    .sort();
}

Deno.test("every command line that cannot be carried out ends with one sentence, its exit code and no file", async () => {
  const count = longOr(300, 10_000), before = filesHere(), codes = new Map<number, number>();
  for (let index = 0; index < count; index++) {
    const words = lineOf(index), title = `line ${index}: ${JSON.stringify(words)}`;
    const { code, said } = await runLine(words).catch((error) => {
      throw new Error(title, { cause: error });
    });
    assert(code === 1 || code === 2, `${title}: ${code}`);
    assert(said.length === 1 && /^descent: [^\n]+$/.test(said[0]!), `${title}: ${said.join("\n")}`);
    assert(!/\bat .*:\d+:\d+|os error|undefined|\[object/.test(said[0]!), `${title}: ${said[0]}`);
    assertEquals(filesHere(), before, title);
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  // Some lines are right but for their images.
  assert(codes.get(1)! > count / 50 && codes.get(2)! > count / 2, JSON.stringify([...codes]));
});
