/** The table of options that experiments share. */
import { assertEquals, assertThrows } from "@std/assert";
import { MOMENTUM_FLAG, NETWORK_FLAGS, RUN_FLAGS, TRAIN_FLAGS } from "../../experiments/lab/options.ts";
import type { Flags } from "../../src/cli/flags.ts";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { UsageError } from "../../src/core/errors.ts";

Deno.test("the experiments' own table refuses absurd values of every option with one line", () => {
  const flags = { ...TRAIN_FLAGS, ...NETWORK_FLAGS, ...MOMENTUM_FLAG, ...RUN_FLAGS };
  const absurd: Readonly<Record<string, readonly string[]>> = {
    epochs: ["0", "-1", "1e10", "many"],
    lr: ["0", "-0.1", "1001", "NaN", "Infinity"],
    activation: ["identity", "softmax", ""],
    patience: ["-1", "0.5", "1e10"],
    "min-delta": ["-1", "NaN", "1e10"],
    monitor: ["loss2", "val-loss"],
    arch: ["0", "30,20,10,0", "1e9", "99999999", "a"],
    batch: ["0", "-32", "All", "1.5", "1e10"],
    off: ["", "gather", "hoist,"],
    momentum: ["-0.1", "1", "2"],
    seed: ["-1", "1.5", "1e300", "x"],
    backend: ["cuda", "WASM", ""],
    threads: ["0", "65", "-1"],
    data: [""],
    digits: ["", "3", "1,1", "256,1"],
    out: [""],
    "max-seconds": ["0", "-5", "1e10"],
    checkpoint: ["0", "-1", "never", "1e10"],
  };
  const withValue = Object.entries<Flags[string]>(flags).filter(([, { parse }]) => parse !== undefined);
  assertEquals(Object.keys(absurd).sort(), withValue.map(([name]) => name).sort());
  for (const [name, texts] of Object.entries(absurd)) {
    for (const text of texts) {
      const sentence = assertThrows(() => parseFlags(flags, [`--${name}=${text}`]), UsageError).message;
      assertEquals(sentence.startsWith(`--${name} takes `), true, sentence);
      assertEquals(sentence.includes("\n"), false, sentence);
    }
  }
});

Deno.test("the experiments' own table takes every option at once", () => {
  const flags = { ...TRAIN_FLAGS, ...NETWORK_FLAGS, ...MOMENTUM_FLAG, ...RUN_FLAGS };
  const line = "--epochs 5 --lr 0.01 --activation tanh --patience 0 --min-delta 0 --monitor val_accuracy " +
    "--arch 64,32 --batch all --check --momentum 0.9 --seed 0 --backend wasm --threads 2 --data set --digits 1,7 " +
    "--out there --max-seconds 0.5 --json --help";
  assertEquals(parseFlags(flags, line.split(" ")), {
    epochs: 5,
    lr: 0.01,
    activation: "tanh",
    patience: 0,
    "min-delta": 0,
    monitor: "val_accuracy",
    arch: [64, 32],
    batch: "all",
    check: true,
    momentum: 0.9,
    seed: 0,
    backend: "wasm",
    threads: 2,
    data: "set",
    digits: [1, 7],
    out: "there",
    "max-seconds": 0.5,
    json: true,
    help: true,
  });
});
