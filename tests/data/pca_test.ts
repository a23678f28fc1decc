/** Principal components against sets whose components are known, and against reconstructions made one by one. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { normal, randomWords, STREAM } from "../../src/core/random.ts";
import {
  pca,
  type PcaRows,
  type PrincipalComponents,
  projectOnto,
  reconstructionErrors,
} from "../../src/data/pca.ts";

/** Orthonormal directions in six dimensions; the largest element of each is positive. */
const DIRECTIONS = [
  [0.6, 0, 0.8, 0, 0, 0],
  [0, 0, 0, 0.8, 0, 0.6],
  [-0.48, 0.8, 0.36, 0, 0, 0],
] as const;
const LENGTHS = [3, 2, 1], MEAN = [1, -2, 3, 0, 5, 0.5];

/** Two points on each of three axes around a mean: their variance along an axis is a third of its length squared. */
function lowRankSet(): Float32Array {
  const rows = DIRECTIONS.flatMap((direction, i) =>
    [LENGTHS[i]!, -LENGTHS[i]!].map((by) => direction.map((value, c) => MEAN[c]! + by * value))
  );
  return Float32Array.from(rows.flat());
}

/** Rows whose columns depend on each other. */
function mixedRows(rows: number, columns: number, seed: number): Float32Array {
  const values = normal(rows * columns, { seed, stream: STREAM.test });
  return Float32Array.from(values, (value, at) => value * (1 + at % columns) + (values[at - 1] ?? 0) * 3 + 1);
}

/** Mean squared error of reconstructions that are made row by row. */
function errorOf({ columns, mean, components }: PrincipalComponents, values: PcaRows, width: number): number {
  const scale = values instanceof Uint8Array ? 1 / 255 : 1;
  let sum = 0;
  for (let start = 0; start < values.length; start += columns) {
    const centred = Array.from(mean, (middle, c) => values[start + c]! * scale - middle);
    const left = centred.slice();
    for (let k = 0; k < width; k++) {
      const direction = components.subarray(k * columns, (k + 1) * columns);
      const length = centred.reduce((total, value, c) => total + value * direction[c]!, 0);
      direction.forEach((value, c) => left[c]! -= length * value);
    }
    sum += left.reduce((total, value) => total + value * value, 0);
  }
  return sum / values.length;
}

Deno.test("pca() finds the mean, the directions and the variances of a hand-made set of rank three", () => {
  const found = pca(lowRankSet(), { columns: 6 });
  MEAN.forEach((value, c) => assertAlmostEquals(found.mean[c]!, value, 1e-6));
  [3, 4 / 3, 1 / 3, 0, 0, 0].forEach((value, i) => assertAlmostEquals(found.variances[i]!, value, 1e-6));
  DIRECTIONS.flat().forEach((value, at) => assertAlmostEquals(found.components[at]!, value, 1e-6));
});

Deno.test("pca() gives orthonormal components in the order of their variance", () => {
  const columns = 13, { components, variances } = pca(mixedRows(70, columns, 1), { columns });
  const row = (i: number) => components.subarray(i * columns, (i + 1) * columns);
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < columns; j++) {
      const dot = row(i).reduce((sum, value, c) => sum + value * row(j)[c]!, 0);
      assertAlmostEquals(dot, i === j ? 1 : 0, 1e-12);
    }
    assert(i === 0 || variances[i]! <= variances[i - 1]!);
  }
});

Deno.test("pca() with fewer components keeps the first of them", () => {
  const values = mixedRows(40, 7, 2), all = pca(values, { columns: 7 });
  const three = pca(values, { columns: 7, components: 3 });
  assertEquals(three.components, all.components.slice(0, 21));
  assertEquals(three.variances, all.variances.slice(0, 3));
});

Deno.test("reconstructionErrors() of the fitted rows fall with the width, and are the variances left out", () => {
  const columns = 13, values = mixedRows(70, columns, 3), fitted = pca(values, { columns });
  const widths = Array.from({ length: columns + 1 }, (_, width) => width);
  const errors = reconstructionErrors(fitted, values, widths);
  for (const width of widths) {
    const leftOut = fitted.variances.slice(width).reduce((sum, variance) => sum + variance, 0);
    assertAlmostEquals(errors[width]!, leftOut / columns, 1e-10);
    assert(width === 0 || errors[width]! < errors[width - 1]!);
  }
  assertEquals(errors[columns], 0);
});

Deno.test("reconstructionErrors() of other rows are those of reconstructions made one by one, in any order of widths", () => {
  const columns = 11, fitted = pca(mixedRows(60, columns, 4), { columns });
  const others = mixedRows(37, columns, 5).map((value) => 0.5 * value - 2), widths = [7, 1, 20, 11, 4, 0];
  const errors = reconstructionErrors(fitted, others, widths);
  widths.forEach((width, i) =>
    assertAlmostEquals(errors[i]!, width >= columns ? 0 : errorOf(fitted, others, width), 1e-10)
  );
  assertEquals([errors[2], errors[3]], [0, 0]);
});

Deno.test("bytes are pixels from 0 to 1, most of them 0, some always", () => {
  const columns = 9, words = randomWords(50 * columns, { seed: 6, stream: STREAM.test });
  const bytes = Uint8Array.from(words, (word, at) => at % columns < 2 || word % 3 > 0 ? 0 : word >>> 24);
  const floats = Float32Array.from(bytes, (byte) => byte / 255);
  const fromBytes = pca(bytes, { columns }), fromFloats = pca(floats, { columns });
  fromFloats.variances.forEach((value, i) => assertAlmostEquals(fromBytes.variances[i]!, value, 1e-7));
  // Two columns never change, and add no variance.
  assertAlmostEquals(fromBytes.variances[7]!, 0, 1e-15);
  assert(fromBytes.variances[6]! > 1e-3);
  const errors = reconstructionErrors(fromBytes, bytes, [2, 5]);
  assertAlmostEquals(errors[0]!, errorOf(fromBytes, bytes, 2), 1e-12);
  assertAlmostEquals(errors[1]!, errorOf(fromBytes, bytes, 5), 1e-12);
  const codes = projectOnto(fromBytes, bytes), sameCodes = projectOnto(fromBytes, floats);
  codes.forEach((value, i) => assertAlmostEquals(value, sameCodes[i]!, 1e-6));
});

Deno.test("projectOnto() gives rows of coordinates whose spread is the variance of each component", () => {
  const columns = 13, rows = 70, values = mixedRows(rows, columns, 7);
  const fitted = pca(values, { columns, components: 3 }), codes = projectOnto(fitted, values);
  assertEquals(codes.length, rows * 3);
  for (let k = 0; k < 3; k++) {
    const along = codes.filter((_, at) => at % 3 === k);
    assertAlmostEquals(along.reduce((sum, value) => sum + value, 0) / rows, 0, 1e-4);
    const variance = along.reduce((sum, value) => sum + value ** 2, 0) / rows;
    assertAlmostEquals(variance / fitted.variances[k]!, 1, 1e-6);
  }
  const first = projectOnto(pca(lowRankSet(), { columns: 6, components: 2 }), lowRankSet());
  [3, 0, -3, 0, 0, 2, 0, -2, 0, 0, 0, 0].forEach((value, i) => assertAlmostEquals(first[i]!, value, 1e-5));
});

Deno.test("pca() and what uses it refuse rows cut short and components that are not there", () => {
  const values = mixedRows(5, 4, 8), fitted = pca(values, { columns: 4, components: 2 });
  const refusal = (call: () => unknown, message: string) => assertThrows(call, DescentError, message);
  for (const components of [0, 5, 1.5]) {
    refusal(
      () => pca(values, { columns: 4, components }),
      `have 1 to 4 principal components, got ${components}`,
    );
  }
  refusal(() => pca(values, { columns: 3 }), "20 values are no whole number of rows of 3");
  refusal(() => pca(new Uint8Array(), { columns: 3 }), "0 values are no whole number of rows of 3");
  refusal(() => projectOnto(fitted, values.subarray(1)), "19 values are no whole number of rows of 4");
  refusal(
    () => reconstructionErrors(fitted, values, [2, 3]),
    "A reconstruction from 3 components needs them, but 2 of 4 were kept",
  );
  assertEquals(reconstructionErrors(fitted, values, [4]), [0]);
});
