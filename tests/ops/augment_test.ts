/** What `augment` does to images: exact shifts and flips, turns and zooms by what was drawn, and how that is spread. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { normal, philox4x32, seedKey, STREAM } from "../../src/core/random.ts";
import { type Shape, sizeOf } from "../../src/core/tensor.ts";
import { gradients } from "../../src/ir/gradients.ts";
import { leaf } from "../../src/ir/leaf.ts";
import type { Node } from "../../src/ir/node.ts";
import { compile } from "../../src/ir/plan.ts";
import { add } from "../../src/ops/add.ts";
import { augment, type AugmentOptions } from "../../src/ops/augment.ts";
import { everyExecutor, forward } from "./forward.ts";

const EXECUTORS = await everyExecutor();
const [reference, wasm] = EXECUTORS;

type Moves = Partial<AugmentOptions>;
const NOTHING: AugmentOptions = {
  shiftY: 0,
  shiftX: 0,
  flip: "none",
  rotate: 0,
  zoom: 0,
  fill: 0,
  lane: 0,
};

interface Place {
  readonly executor?: typeof EXECUTORS[number];
  readonly step?: number;
}

/** What becomes of images. */
async function augmented(
  shape: Shape,
  values: ArrayLike<number>,
  moves: Moves,
  { executor = reference!, step = 0 }: Place = {},
): Promise<Float64Array> {
  const x = leaf("input", "x", shape);
  return (await forward(executor, [augment(x, { ...NOTHING, ...moves })], [[x, values]], { step }))[0]!;
}

/** Random images as float32, which every executor gets the same. */
function imagesOf(shape: Shape): Float32Array {
  return Float32Array.from(normal(sizeOf(shape), { seed: 3, stream: STREAM.test }));
}

/** A word's share of 2³². */
function shareOf(word: number): number {
  return word / 2 ** 32;
}

/** The words of image b, as seed 1 (that of `forward`) gives them. */
function wordsOf(b: number, { step = 0, lane = 0 } = {}) {
  return philox4x32([b, step, lane, STREAM.augmentation], seedKey(1));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

for (const shape of [[6, 5, 7], [6, 5, 7, 3]]) {
  Deno.test(`augment shifts images [${shape}] by the whole pixels that were drawn, exactly, on every executor`, async () => {
    const values = imagesOf(shape), [count, height, width, channels = 1] = shape;
    const expected = new Float64Array(values.length).fill(0.5);
    for (let b = 0; b < count!; b++) {
      const [first, second] = wordsOf(b, { step: 4 });
      const down = Math.floor(shareOf(first) * 5) - 2, right = Math.floor(shareOf(second) * 7) - 3;
      for (let y = Math.max(0, -down); y < Math.min(height!, height! - down); y++) {
        for (let x = Math.max(0, -right); x < Math.min(width!, width! - right); x++) {
          for (let c = 0; c < channels; c++) {
            const at = (row: number, column: number) =>
              ((b * height! + row) * width! + column) * channels + c;
            expected[at(y + down, x + right)] = values[at(y, x)]!;
          }
        }
      }
    }
    for (const executor of EXECUTORS) {
      const found = await augmented(shape, values, { shiftY: 2, shiftX: 3, fill: 0.5 }, {
        executor,
        step: 4,
      });
      assertEquals(found, expected, executor.name);
    }
  });

  Deno.test(`two flips of images [${shape}] are none, and one turns rows, columns or both around`, async () => {
    const values = imagesOf(shape), [count, height, width, channels = 1] = shape;
    const x = leaf("input", "x", shape);
    const once = augment(x, { ...NOTHING, flip: "both" }),
      twice = augment(once, { ...NOTHING, flip: "both" });
    const kinds = new Set<string>();
    for (const executor of EXECUTORS) {
      const [one, two] = await forward(executor, [once, twice], [[x, values]]);
      assertEquals(two, Float64Array.from(values), executor.name);
      for (let b = 0; b < count!; b++) {
        const word = wordsOf(b)[2], isLeft = word >>> 31 === 1, isUp = (word >>> 30 & 1) === 1;
        kinds.add(`${isLeft} ${isUp}`);
        for (let i = 0; i < height! * width! * channels; i++) {
          const c = i % channels, column = Math.floor(i / channels) % width!;
          const row = Math.floor(i / channels / width!);
          const [fromRow, from] = [isUp ? height! - 1 - row : row, isLeft ? width! - 1 - column : column];
          const image = b * height! * width! * channels;
          assertEquals(one![image + i], values[image + (fromRow * width! + from) * channels + c]);
        }
      }
    }
    assert(kinds.size >= 3);
  });
}

Deno.test("augment flips every other image, each way by itself", async () => {
  const count = 4000, values = Array.from({ length: count }, () => [1, 2, 3, 4]).flat();
  const shareOfFlips = async (flip: Moves["flip"]) => {
    const found = await augmented([count, 2, 2], values, { flip: flip! }, { executor: wasm! });
    const corners = Array.from({ length: count }, (_, b) => found[4 * b]!);
    return [1, 2, 3, 4].map((corner) => corners.filter((value) => value === corner).length / count);
  };
  const near = (found: readonly number[], expected: readonly number[]) =>
    found.forEach((share, i) => assertAlmostEquals(share, expected[i]!, 4 * Math.sqrt(0.25 / count)));
  near(await shareOfFlips("horizontal"), [0.5, 0.5, 0, 0]);
  near(await shareOfFlips("vertical"), [0.5, 0, 0.5, 0]);
  near(await shareOfFlips("both"), [0.25, 0.25, 0.25, 0.25]);
});

Deno.test("augment draws each shift as often as another, the mean of which is none", async () => {
  const count = 5000, values = Array.from({ length: count }, () => [0, 0, 0, 0, 1, 0, 0, 0, 0]).flat();
  const found = await augmented([count, 3, 3], values, { shiftY: 1, shiftX: 1 }, { executor: wasm! });
  for (let place = 0; place < 9; place++) {
    const share = mean(Array.from({ length: count }, (_, b) => found[9 * b + place]!));
    assertAlmostEquals(share, 1 / 9, 4 * Math.sqrt(8 / 81 / count), `place ${place}`);
  }
});

/** Angles in degrees and sizes by which images were turned and grew, from images whose values are their columns. */
async function turnsOf(moves: Moves, place: Place, count = 2000) {
  const side = 9, ramp = Array.from({ length: side * side }, (_, i) => i % side - 4);
  const values = Array.from({ length: count }, () => ramp).flat();
  const found = await augmented([count, side, side], values, moves, place);
  // Bilinear values of a plane are the plane's: right of the centre cos θ/z, below it −sin θ/z.
  return Array.from({ length: count }, (_, b) => {
    const right = found[b * side * side + 4 * side + 5]!, below = found[b * side * side + 5 * side + 4]!;
    return { angle: Math.atan2(-below, right) * 180 / Math.PI, size: 1 / Math.hypot(right, below) };
  });
}

Deno.test("augment turns and zooms by what was drawn, uniformly to both sides, the same on every executor", async () => {
  for (const executor of EXECUTORS) {
    for (const moves of [{ rotate: 30 }, { rotate: 180 }, { zoom: 0.25 }, { rotate: 10, zoom: 0.1 }]) {
      const { rotate = 0, zoom = 0 } = moves as Moves, turns = await turnsOf(moves, { executor, step: 2 });
      turns.forEach(({ angle, size }, b) => {
        const [, , third, last] = wordsOf(b, { step: 2 });
        assertAlmostEquals(angle, rotate * (2 * shareOf(last) - 1), 1e-4);
        assertAlmostEquals(size, 1 + zoom * (2 * shareOf((third << 2) >>> 0) - 1), 3e-5);
      });
      for (
        const [values, most] of [
          [turns.map(({ angle }) => angle), rotate],
          [turns.map(({ size }) => size - 1), zoom],
        ] as const
      ) {
        assertAlmostEquals(mean(values), 0, 1e-4 + 4 * most / Math.sqrt(3 * values.length));
        // The standard deviation of the square of a uniform number is 0.298 of the largest.
        const spread = mean(values.map((value) => value ** 2));
        assertAlmostEquals(spread, most ** 2 / 3, 1e-4 + 4 * 0.298 * most ** 2 / Math.sqrt(values.length));
      }
    }
  }
});

Deno.test("an image turned by the angle that was drawn is the turned function, counter-clockwise for those above 0", async () => {
  const side = 41, count = 6, centre = (side - 1) / 2;
  // A smooth hill up right of the centre, the same for all.
  const hill = (x: number, y: number) => Math.exp(-((x - 9) ** 2 + (y - 4) ** 2) / 24);
  const values = Array.from(
    { length: count * side * side },
    (_, i) => hill(i % side - centre, centre - Math.floor(i / side) % side),
  );
  const found = await augmented([count, side, side], values, { rotate: 45, shiftY: 3, shiftX: 2 }, {
    step: 1,
  });
  for (let b = 0; b < count; b++) {
    const [first, second, , last] = wordsOf(b, { step: 1 });
    const down = Math.floor(shareOf(first) * 7) - 3, right = Math.floor(shareOf(second) * 5) - 2;
    const angle = Math.PI / 4 * (2 * shareOf(last) - 1);
    for (let i = 0; i < side * side; i++) {
      // Up is up here, and the hill turned by the angle is the hill at what is turned back.
      const x = i % side - right - centre, y = centre - (Math.floor(i / side) - down);
      const expected = hill(
        Math.cos(angle) * x + Math.sin(angle) * y,
        Math.cos(angle) * y - Math.sin(angle) * x,
      );
      // Between pixels a line is off by an eighth of the curvature, 1/12, along each axis; at the rim by the hill's foot.
      assertAlmostEquals(found[b * side * side + i]!, expected, 2 / 12 / 8 + 0.01, `image ${b}, pixel ${i}`);
    }
  }
});

Deno.test("augment moves each image by itself, anew at each step and for each lane, and the same again", async () => {
  const shape = [64, 9, 9], image = imagesOf([1, 9, 9]), moves = { shiftY: 4, shiftX: 4 };
  const values = Array.from({ length: 64 }, () => [...image]).flat();
  const first = await augmented(shape, values, moves);
  const imagesIn = (all: Float64Array) =>
    Array.from({ length: 64 }, (_, b) => all.slice(81 * b, 81 * b + 81));
  assert(new Set(imagesIn(first).map((one) => one.join())).size > 30);
  assertEquals(await augmented(shape, values, moves), first);
  for (
    const other of [
      augmented(shape, values, { ...moves, lane: 1 }),
      augmented(shape, values, moves, { step: 1 }),
    ]
  ) {
    const others = imagesIn(await other);
    assert(imagesIn(first).filter((one, b) => one.join() === others[b]!.join()).length < 6);
  }
});

Deno.test("an augmentation that does nothing, of constant data, is made once, another at each step", () => {
  const x = leaf("data", "x", [3, 5, 5]);
  const setupOf = (moves: Moves) =>
    compile({ forward: [augment(x, { ...NOTHING, ...moves })] }).setup.map(({ op }) => op.name);
  assertEquals(setupOf({}), ["augment"]);
  for (
    const moves of [{ shiftX: 1 }, { shiftY: 1 }, { flip: "both" }, { rotate: 1 }, { zoom: 0.1 }] as Moves[]
  ) {
    assertEquals(setupOf(moves), []);
  }
});

Deno.test("augment() refuses what is no image, and settings out of range", () => {
  const refusal = (moves: Moves, message: string, x: Node = leaf("input", "x", [3, 5, 5])) =>
    assertThrows(() => augment(x, { ...NOTHING, ...moves }), DescentError, message);
  refusal({}, "Cannot augment f32[3,5]: it takes images [B,H,W,C] or [B,H,W]", leaf("input", "x", [3, 5]));
  refusal({}, "Cannot augment u8[3,5,5]: it takes images", leaf("input", "x", [3, 5, 5], "u8"));
  refusal({ shiftX: 1.5 }, "must be whole numbers of pixels of 0 or more, got 0 and 1.5");
  refusal({ rotate: 181 }, "The rotation of images must be from 0 to 180 degrees, got 181");
  refusal({ zoom: 1 }, "The zoom of images must be at least 0 and below 1, got 1");
  refusal({ fill: NaN }, "The fill of images must be a finite number, got NaN");
});

Deno.test("what lies before an augmentation cannot be trained, and the sentence says what can be done", () => {
  const x = leaf("parameter", "x", [2, 3, 3]), seed = leaf("input", "seed", [2, 3, 3]);
  const value = augment(x, { ...NOTHING, shiftX: 1, label: "augmentation_2" });
  assertThrows(
    () => gradients([{ value, seed }], [x], add),
    DescentError,
    'Cannot differentiate through augment f32[2,3,3] "augmentation_2": it has no gradient: freeze what is before it, ' +
      "or leave it out",
  );
});
