/** The examples run as a reader would run them, for fewer epochs. */
import { assert, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { withTempFolder } from "../fixtures.ts";

const EXAMPLES: readonly (readonly [name: string, args: readonly number[], output: RegExp])[] = [
  [
    "iris",
    [30],
    /^\d+\.\d % of 30 flowers are named rightly\n(\w+: \d+ \d+ \d+\n){3}A flower of 6\.1, 2\.8, 4\.7, 1\.2 cm: versicolor/,
  ],
  ["regression", [5], /^off by \d+\.\d\d m on average\n20 m\/s at 45°: \d+\.\d m/],
  ["multi_label", [20], /^(100|9\d|8\d)\.\d % of the answers are right\n12 is /],
  ["streaming", [2], /^epoch 1: loss .*\nepoch 2: .*\n16000 rows were seen; error on the test rows 0\.\d+/],
  ["augmentation", [2], /^epoch 1: .*\nepoch 2: .*\n\d\d\.\d % of 5,000 digits, after \d+ s/],
  [
    "mnist_cnn",
    [1, 900],
    /^epoch 1: loss .* images a second\n\d\d\.\d\d % of the test images are read rightly/,
  ],
  ["residual_network", [1, 96], /^epoch 1: loss .*\n\d+\.\d % of the shapes are told/],
  ["convolutional_autoencoder", [1, 300], /^epoch 1: \d+\.\d nats an image\n\d+\.\d nats on clean images/],
  ["own_parts", [20], /^[89]\d\.\d % arrive in the time that it says/],
  [
    "variational_autoencoder",
    [1, 600],
    /^epoch 1: \d+\.\d nats\n\d+\.\d nats on images that it has not seen/,
  ],
];

const ROOT = new URL("../../", import.meta.url);

for (const [name, args, output] of EXAMPLES) {
  Deno.test(`examples/${name}.ts says what it learned`, () =>
    withTempFolder(async (cwd) => {
      const [config, path] = ["deno.json", `examples/${name}.ts`].map((file) =>
        fileURLToPath(new URL(file, ROOT))
      );
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "--no-prompt", "-A", "--config", config!, path!, ...args.map(String)],
        cwd,
        env: { NO_COLOR: "1" },
      }).output();
      const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      assertMatch(said!, output, complained);
      assertMatch(`${code}`, /^0$/);
    }));
}

Deno.test("no example is longer than 60 lines", async () => {
  for await (const { name } of Deno.readDir(new URL("examples/", ROOT))) {
    if (!name.endsWith(".ts")) continue;
    const lines = (await Deno.readTextFile(new URL(`examples/${name}`, ROOT))).trimEnd().split("\n").length;
    assert(lines <= 60, `${name} has ${lines} lines`);
  }
});
