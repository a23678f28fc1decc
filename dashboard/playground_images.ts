/** Images for the browser: the first of MNIST's training and test files, as bytes. */
import { mnist } from "../src/data/mnist.ts";
import type { ImageSet } from "../src/data/mnist.ts";

/** So many train and validate in the browser. */
const FIRST = { train: 3000, test: 1000 } as const;

let known: Promise<Uint8Array<ArrayBuffer>> | undefined;

/**
 * Two u32 (rows of training, rows of test; little-endian), then for both sets 784 bytes per image and one digit per
 * image. Read from the package once, and kept.
 *
 * @throws DescentError when MNIST is not installed.
 */
export function playgroundImages(): Promise<Uint8Array<ArrayBuffer>> {
  return known ??= readImages().catch((error) => {
    known = undefined;
    throw error;
  });
}

async function readImages(): Promise<Uint8Array<ArrayBuffer>> {
  const { train, test } = await mnist(FIRST);
  const parts = [train, test].flatMap(({ inputs, targets }: ImageSet) => [inputs, targets]);
  const bytes = new Uint8Array(8 + parts.reduce((sum, { length }) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, train.rows, true);
  view.setUint32(4, test.rows, true);
  let at = 8;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
