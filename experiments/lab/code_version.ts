/** What code made a run's numbers, so that one that other code made is not taken for it. */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Files that numbers come from; what draws, tells, plans and judges is not among them. */
const FOLDERS = [
  "src/core",
  "src/ir",
  "src/ops",
  "src/optim",
  "src/nn",
  "src/exec",
  "src/data",
  "src/train",
  "kernels",
  "kernels/lib",
  "wgsl",
  "experiments/measures",
];
const FILES = [
  "autoencoder",
  "autoencoder_model",
  "cnn",
  "images",
  "q1",
  "sdae",
  "sdae_classifier",
  "sdae_model",
].map((name) => `experiments/${name}.ts`);

let known: Promise<string> | undefined;

/** SHA-256 over the sources of training and measuring, shortened; the same on every machine. */
export function codeVersion(): Promise<string> {
  return known ??= hashSources();
}

async function hashSources(): Promise<string> {
  const paths = [...FILES];
  for (const folder of FOLDERS) {
    for await (const { name, isFile } of Deno.readDir(join(ROOT, folder))) {
      if (isFile && /\.(ts|wgsl)$/.test(name)) paths.push(`${folder}/${name}`);
    }
  }
  const hash = createHash("sha256");
  for (const path of paths.sort()) {
    const text = await Deno.readTextFile(join(ROOT, path)).catch(() => "");
    // A checkout on Windows ends its lines otherwise.
    hash.update(`${path}\n${text.replaceAll("\r\n", "\n")}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}
