/** Settings of experiments: one table makes flags, defaults, `run.json` and what differs. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  argumentsFor,
  changesOf,
  type Declared,
  defaultsInWords,
  nested,
  settingFlags,
  settingsFrom,
  settingTexts,
} from "../../experiments/lab/settings.ts";
import { number, widths } from "../../src/cli/flags.ts";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { UsageError } from "../../src/core/errors.ts";

interface Example {
  readonly name: string;
  readonly learningRate: number;
  readonly momentum?: number;
  readonly arch: readonly number[];
  readonly full: boolean;
  readonly "classifier.best": boolean;
}

const EXAMPLE: Declared<Example> = {
  table: {
    learningRate: { flag: "lr", value: "X", help: "learning rate", parse: number(0, 10) },
    momentum: { flag: "momentum", value: "X", help: "momentum", parse: number(0, 1) },
    arch: { flag: "arch", value: "A,B", help: "widths", parse: widths },
    full: { flag: "full", help: "all images" },
    "classifier.best": { flag: "last-weights", help: "keep the last weights", on: false },
  },
  defaults: { name: "example", learningRate: 0.1, arch: [30, 20], full: false, "classifier.best": true },
};

Deno.test("an experiment has the flags of the settings that its defaults have, and of no others", () => {
  assertEquals(Object.keys(settingFlags(EXAMPLE)), ["lr", "arch", "full", "last-weights"]);
  assertThrows(() => parseFlags(settingFlags(EXAMPLE), ["--momentum", "0.5"]), UsageError, "--momentum");
});

Deno.test("settings are the defaults with what the command line changes; a switch sets what it says", () => {
  const values = parseFlags(settingFlags(EXAMPLE), ["--lr", "0.5", "--arch", "9,8", "--last-weights"]);
  assertEquals(settingsFrom(EXAMPLE, values), {
    name: "example",
    learningRate: 0.5,
    arch: [9, 8],
    full: false,
    "classifier.best": false,
  });
});

Deno.test("defaults are told as flags, without switches that are off", () => {
  assertEquals(defaultsInWords(EXAMPLE), "--lr 0.1, --arch 30,20");
});

Deno.test("what differs from the defaults is found by value, not by identity", () => {
  assertEquals(changesOf(EXAMPLE.defaults, { ...EXAMPLE.defaults, arch: [30, 20] }), {});
  assertEquals(changesOf(EXAMPLE.defaults, { ...EXAMPLE.defaults, full: true }), { full: true });
  const words = ["--lr", "0.5", "--arch", "9,8", "--last-weights"];
  const asked = settingsFrom(EXAMPLE, parseFlags(settingFlags(EXAMPLE), words));
  assertEquals(argumentsFor(EXAMPLE, asked), words);
  assertEquals(argumentsFor(EXAMPLE, EXAMPLE.defaults), []);
});

Deno.test("names with points are objects in run.json, and texts of facts have the points again", () => {
  assertEquals(nested({ a: 1, "b.c": 2, "b.d.e": [3] }), { a: 1, b: { c: 2, d: { e: [3] } } });
  assertEquals(settingTexts({ "b.c": [1, 2], d: null, e: true }), { "b.c": "1, 2", d: "none", e: "true" });
});
