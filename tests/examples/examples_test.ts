/** The examples run as a reader would run them, for fewer epochs. */
import { assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";

const EXAMPLES: readonly (readonly [name: string, epochs: number, output: RegExp])[] = [
  [
    "iris",
    30,
    /^\d+\.\d % of 30 flowers are named rightly\n(\w+: \d+ \d+ \d+\n){3}A flower of 6\.1, 2\.8, 4\.7, 1\.2 cm: versicolor/,
  ],
  ["regression", 5, /^off by \d+\.\d\d m on average\n20 m\/s at 45°: \d+\.\d m/],
  ["multi_label", 20, /^(100|9\d|8\d)\.\d % of the answers are right\n12 is /],
  ["streaming", 2, /^epoch 1: loss .*\nepoch 2: .*\n16000 rows were seen; error on the test rows 0\.\d+/],
  ["augmentation", 2, /^epoch 1: .*\nepoch 2: .*\n\d\d\.\d % of 5,000 digits, after \d+ s/],
];

for (const [name, epochs, output] of EXAMPLES) {
  Deno.test(`examples/${name}.ts says what it learned`, async () => {
    const path = fileURLToPath(new URL(`../../examples/${name}.ts`, import.meta.url));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "-A", path, String(epochs)],
      env: { NO_COLOR: "1" },
    }).output();
    const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assertMatch(said!, output, complained);
    assertMatch(`${code}`, /^0$/);
  });
}
