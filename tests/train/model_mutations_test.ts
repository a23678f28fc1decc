/** Model files changed at random: none ever gives other weights than those that were saved. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { sha256 } from "../../src/core/sha256.ts";
import { conv2d } from "../../src/nn/conv2d.ts";
import { dense } from "../../src/nn/dense.ts";
import { dropout } from "../../src/nn/dropout.ts";
import { flatten } from "../../src/nn/flatten.ts";
import { initializeWeights, sequential, type Weights } from "../../src/nn/model.ts";
import { decodeModel, encodeModel, loadModel } from "../../src/train/saved.ts";
import { longOr, withTempFolder } from "../fixtures.ts";
import { attempt, type Draw, drawsOf, type Mutation, MUTATIONS, sameBytes, splice } from "../mutations.ts";

const MODEL = sequential([6, 6], [
  conv2d(3, 3, { activation: "relu" }),
  flatten(),
  dense(12, { activation: "tanh" }),
  dropout(0.25),
  dense(8, { activation: "relu" }),
  dense(8),
]);
const TRAINED = { model: MODEL, weights: initializeWeights(MODEL, 1) };
const WHOLE = encodeModel(TRAINED, { note: "whole" });
const DATA_START = 8 + Number(new DataView(WHOLE.buffer).getBigUint64(0, true));

/** The file with its header changed as text, and the length before it made to fit. */
function withHeader(change: (header: string, draw: Draw) => string): Mutation {
  return (bytes, draw) => {
    const header = new TextDecoder().decode(bytes.subarray(8, DATA_START));
    const text = new TextEncoder().encode(change(header, draw));
    const changed = splice(bytes, 8, DATA_START, text);
    new DataView(changed.buffer).setBigUint64(0, BigInt(text.length), true);
    return changed;
  };
}

/** One of the matches of `pattern`, replaced. */
function replaceOne(text: string, pattern: RegExp, draw: Draw, change: (match: string) => string): string {
  const found = [...text.matchAll(pattern)], one = found[draw(found.length)];
  if (one === undefined) return text;
  return text.slice(0, one.index) + change(one[0]) + text.slice(one.index + one[0].length);
}

const WAYS: readonly (readonly [string, Mutation])[] = [
  ...Object.entries(MUTATIONS),
  [
    "a shape turned round",
    withHeader((header, draw) =>
      replaceOne(header, /"shape":\[[\d,]+\]/g, draw, (shape) => {
        const sizes = shape.match(/\d+/g)!;
        return `"shape":[${sizes.toReversed().join(",")}]`;
      })
    ),
  ],
  [
    "a shape flattened or with an axis more",
    withHeader((header, draw) =>
      replaceOne(header, /"shape":\[[\d,]+\]/g, draw, (shape) => {
        const sizes = shape.match(/\d+/g)!.map(Number);
        const others = [[sizes.reduce((product, size) => product * size, 1)], [...sizes, 1], [1, ...sizes]];
        return `"shape":[${others[draw(3)]!.join(",")}]`;
      })
    ),
  ],
  [
    "another number",
    withHeader((header, draw) => replaceOne(header, /\d+/g, draw, () => String(draw(100)))),
  ],
  [
    "a member twice",
    withHeader((header, draw) =>
      replaceOne(
        header,
        /"[^"]+":(\{[^{}]*\}|"[A-Z]\d+"|\[[\d,]+\])/g,
        draw,
        (member) => `${member},${member}`,
      )
    ),
  ],
  [
    "a tensor left out",
    withHeader((header, draw) => replaceOne(header, /"[^"]+\/[^"]+":\{[^{}]*\},?/g, draw, () => "")),
  ],
  [
    "a name of another layer",
    withHeader((header, draw) =>
      replaceOne(header, /(conv2d|dense)_\d/g, draw, () => `dense_${1 + draw(7)}`)
    ),
  ],
  [
    "another kind of layer",
    withHeader((header, draw) =>
      replaceOne(
        header,
        /\\"kind\\":\\"\w+\\"/g,
        draw,
        () => `\\"kind\\":\\"${["constructor", "flatten", "dense", "__proto__"][draw(4)]}\\"`,
      )
    ),
  ],
];

function isSame(weights: Weights): boolean {
  return weights.size === TRAINED.weights.size && [...weights].every(([name, values]) => {
    const known = TRAINED.weights.get(name);
    return known !== undefined && values.length === known.length &&
      values.every((value, i) => Object.is(value, known[i]));
  });
}

Deno.test("a model file that was changed is refused; if not, its weights lie where they did and are finite", async () => {
  const count = longOr(600, 20_000);
  let refused = 0;
  for (let index = 0; index < count; index++) {
    const [name, mutate] = WAYS[index % WAYS.length]!, title = `mutation ${index}, ${name}`;
    const bytes = mutate(WHOLE, drawsOf(index));
    const loaded = await attempt(() => decodeModel(bytes, { path: "x" }), title);
    if (loaded === undefined) {
      assert(!sameBytes(bytes, WHOLE), title);
      refused++;
    } else if (sameBytes(bytes.slice(-(WHOLE.length - DATA_START)), WHOLE.slice(DATA_START))) {
      assert(isSame(loaded.weights), title);
    } else {
      // Without a hash a changed value cannot be told from a true one.
      const shapes = loaded.model.parameters.map(({ node }) => node.type.shape);
      assertEquals(shapes, MODEL.parameters.map(({ node }) => node.type.shape), title);
      assert([...loaded.weights.values()].every((values) => values.every(Number.isFinite)), title);
    }
  }
  assert(refused > count / 2, `${refused} of ${count} were refused`);
});

Deno.test("with its SHA-256 every model file that was changed is refused", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "model.safetensors"), hash = await sha256(new Uint8Array(WHOLE));
    const count = longOr(300, 20_000);
    for (let index = 0; index < count; index++) {
      const [name, mutate] = WAYS[index % WAYS.length]!, title = `mutation ${index}, ${name}`;
      const bytes = mutate(WHOLE, drawsOf(index));
      await Deno.writeFile(path, bytes);
      const loaded = await attempt(() => loadModel(path, { sha256: hash }), title);
      assertEquals(loaded !== undefined, sameBytes(bytes, WHOLE), title);
      if (loaded !== undefined) assert(isSame(loaded.weights), title);
    }
  }));
