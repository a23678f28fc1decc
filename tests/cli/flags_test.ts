import { assertEquals, assertThrows } from "@std/assert";
import {
  didYouMean,
  type Flags,
  helpOf,
  labels,
  number,
  oneOf,
  path,
  wholeNumber,
  widths,
} from "../../src/cli/flags.ts";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { UsageError } from "../../src/core/errors.ts";

const FLAGS = {
  epochs: { value: "N", help: "at most this many epochs", parse: wholeNumber(1, 1000) },
  lr: { value: "X", help: "learning rate", parse: number(0, 10) },
  backend: { value: "NAME", help: "what to run on", parse: oneOf(["wasm", "webgpu"]) },
  out: { value: "DIR", help: "where to write", parse: path },
  json: { help: "print JSON", short: "j" },
} as const satisfies Flags;

function sentenceOf(work: () => unknown): string {
  return assertThrows(work, UsageError).message;
}

Deno.test("parseFlags() reads values after a space or an equals sign, in any order", () => {
  assertEquals(parseFlags(FLAGS, ["--lr", "0.5", "--json", "--epochs=12", "--out", "my runs"]), {
    lr: 0.5,
    json: true,
    epochs: 12,
    out: "my runs",
  });
  assertEquals(parseFlags(FLAGS, []), {});
});

for (
  const [name, args, expected] of [
    [
      "an unknown option near a known one",
      ["--epohcs", "3"],
      "Unknown option --epohcs: did you mean --epochs?",
    ],
    ["an unknown option near none", ["--colour", "red"], "Unknown option --colour, see --help"],
    ["a short option", ["-e", "3"], "Unknown option -e, see --help"],
    ["the name of a member of every object", ["--constructor"], "Unknown option --constructor, see --help"],
    ["a prefix of an option", ["--epoch", "3"], "Unknown option --epoch: did you mean --epochs?"],
    ["a switch turned off", ["--no-json"], "Unknown option --no-json, see --help"],
    ["a word that is no option", ["twelve"], 'Unexpected word "twelve": options begin with --, see --help'],
    ["a word after --", ["--", "twelve"], 'Unexpected word "twelve": options begin with --, see --help'],
    ["a value that is missing at the end", ["--epochs"], "Option --epochs needs a value: --epochs N"],
    ["an option where a value belongs", ["--out", "--json"], "Option --out needs a value: --out DIR"],
    ["an empty value", ["--out="], "--out takes a folder, got nothing"],
    ["a value for a switch", ["--json=yes"], 'Option --json takes no value, got "yes"'],
    ["an option given twice", ["--lr", "1", "--lr=2"], "Option --lr is given twice: give it once"],
    ["a switch given twice", ["--json", "--json"], "Option --json is given twice: give it once"],
    ["a negative value", ["--epochs", "-3"], '--epochs takes a whole number from 1 to 1000, got "-3"'],
    ["a negative fraction", ["--lr", "-.5"], '--lr takes a number above 0 and at most 10, got "-.5"'],
  ] as const
) {
  Deno.test(`parseFlags() refuses ${name}`, () => {
    assertEquals(sentenceOf(() => parseFlags(FLAGS, args)), expected);
  });
}

Deno.test("parseFlags() with words tells them from flags and their values, in any order", () => {
  const args = ["W1", "--epochs", "2", "linear", "--json", "W2", "--lr=0.5", "--", "--out"];
  assertEquals(parseFlags(FLAGS, args, { words: true }), {
    words: ["W1", "linear", "W2", "--out"],
    values: { epochs: 2, json: true, lr: 0.5 },
  });
  assertEquals(parseFlags(FLAGS, [], { words: true }), { words: [], values: {} });
  assertEquals(
    sentenceOf(() => parseFlags(FLAGS, ["W1", "--epochs"], { words: true })),
    "Option --epochs needs a value: --epochs N",
  );
});

Deno.test("parseFlags() takes the letter of a flag that has one", () => {
  assertEquals(parseFlags(FLAGS, ["-j"]), { json: true });
  assertEquals(
    sentenceOf(() => parseFlags(FLAGS, ["-j", "--json"])),
    "Option --json is given twice: give it once",
  );
});

Deno.test("parseFlags() takes a value that begins with dashes after an equals sign", () => {
  assertEquals(parseFlags(FLAGS, ["--out=--json"]), { out: "--json" });
});

Deno.test("parseFlags() names the first mistake", () => {
  assertEquals(
    sentenceOf(() => parseFlags(FLAGS, ["--epochs", "0", "--bad"])),
    '--epochs takes a whole number from 1 to 1000, got "0"',
  );
});

/** What a parser makes of texts, and the texts that it refuses with a sentence that names flag and text. */
function checkParser(
  parse: (text: string, flag: string) => unknown,
  good: readonly (readonly [text: string, value: unknown])[],
  { bad, takes }: { readonly bad: readonly string[]; readonly takes: string },
): void {
  for (const [text, value] of good) assertEquals(parse(text, "--flag"), value, text);
  for (const text of bad) {
    assertEquals(sentenceOf(() => parse(text, "--flag")), `--flag takes ${takes}, got "${text}"`);
  }
}

Deno.test("wholeNumber() takes whole numbers of its range", () => {
  checkParser(wholeNumber(0, 1000), [["0", 0], ["1000", 1000], ["+7", 7], ["007", 7], ["1e3", 1000], [
    "-0",
    -0,
  ]], {
    bad: [
      "",
      " ",
      "-1",
      "1001",
      "1.5",
      "1.0",
      "1e9",
      "1e-1",
      "0x10",
      "ten",
      "1 2",
      "1,000",
      "NaN",
      "Infinity",
    ],
    takes: "a whole number from 0 to 1000",
  });
});

Deno.test("wholeNumber() refuses what a double does not hold exactly", () => {
  const seed = wholeNumber(0, Number.MAX_SAFE_INTEGER);
  assertEquals(seed("9007199254740991", "--seed"), 2 ** 53 - 1);
  assertThrows(() => seed("9007199254740992", "--seed"), UsageError);
  assertThrows(() => seed("9".repeat(400), "--seed"), UsageError);
});

Deno.test("number() takes numbers above its lower end and up to its upper end", () => {
  checkParser(number(0, 10), [["10", 10], ["1e-3", 0.001], [".5", 0.5], ["5e-324", 5e-324]], {
    bad: [
      "",
      " ",
      "0",
      "-0",
      "-1",
      "10.01",
      "1e400",
      "NaN",
      "Infinity",
      "-Infinity",
      "1.5.2",
      "1e",
      "0,5",
      "one",
    ],
    takes: "a number above 0 and at most 10",
  });
});

Deno.test("number() takes its lower end when it is inclusive", () => {
  checkParser(number(0, 0.999, { inclusive: true }), [["0", 0], ["0.999", 0.999]], {
    bad: ["-1e-9", "1", "NaN", ""],
    takes: "a number from 0 to 0.999",
  });
});

Deno.test("oneOf() takes its words as they are written", () => {
  checkParser(oneOf(["relu", "tanh"]), [["relu", "relu"], ["tanh", "tanh"]], {
    bad: ["", "Relu", "relu ", "rel", "constructor"],
    takes: "one of relu, tanh",
  });
});

Deno.test("widths() takes up to 32 layer widths", () => {
  const most = Array.from({ length: 32 }, () => "8").join();
  checkParser(widths, [["30,20,10", [30, 20, 10]], ["65536", [65536]], ["30, 20", [30, 20]], [
    most,
    Array(32).fill(8),
  ]], {
    bad: ["", ",", "30,,10", "30,20,", "0", "30,-2", "3.5", "65537", "1e3", "a,b", `${most},8`],
    takes: "up to 32 layer widths from 1 to 65536 with commas between, like 30,20,10",
  });
});

Deno.test("labels() takes two or more different labels", () => {
  checkParser(labels, [["0,2,4", [0, 2, 4]], ["255, 0", [255, 0]]], {
    bad: ["", "3", "1,1", "0,256", "0,-1", "0,x", "0,,1"],
    takes: "two or more different labels from 0 to 255 with commas between, like 0,2,4",
  });
});

Deno.test("didYouMean() suggests the nearest name within two edits, or one in short names", () => {
  const names = ["seed", "epochs", "lr"];
  assertEquals(didYouMean("sed", names), ": did you mean --seed?");
  assertEquals(didYouMean("epoch", names), ": did you mean --epochs?");
  assertEquals(didYouMean("eopchs", names), ": did you mean --epochs?");
  assertEquals(didYouMean("lt", names), ": did you mean --lr?");
  assertEquals(didYouMean("x", names), ", see --help");
  assertEquals(didYouMean("epochsabc", names), ", see --help");
  assertEquals(didYouMean("sede", names, { dashes: "" }), ": did you mean seed?");
  assertEquals(didYouMean("bogus", names, { otherwise: ": choose one" }), ": choose one");
  assertEquals(didYouMean("seed", []), ", see --help");
});

Deno.test("helpOf() writes a line per flag with the texts below each other", () => {
  assertEquals(
    helpOf(FLAGS),
    [
      "  --epochs N      at most this many epochs",
      "  --lr X          learning rate",
      "  --backend NAME  what to run on",
      "  --out DIR       where to write",
      "  --json, -j      print JSON",
    ].join("\n"),
  );
});
