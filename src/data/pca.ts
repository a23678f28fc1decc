/**
 * Principal components: the best linear code of any width. What an autoencoder reconstructs can be measured
 * against them, and a code of many numbers can be seen in three.
 *
 * Source: I. T. Jolliffe: "Principal Component Analysis" (2nd ed., 2002), chapters 1 and 3. Variances are divided by the
 * number of rows, so that the error of the rows themselves is the sum of the variances left out.
 */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { require } from "../core/errors.ts";

/** Rows side by side: bytes count as pixels from 0 to 1 (byte / 255), floats as they are. */
export type PcaRows = Uint8Array | Float32Array | Float64Array;

export interface PcaOptions {
  /** Numbers in a row. */
  readonly columns: number;
  /** How many components to keep, from 1 to `columns`; all by default. */
  readonly components?: number;
}

/** A mean and the directions of most variance from it. */
export interface PrincipalComponents {
  readonly columns: number;
  /** [columns]. */
  readonly mean: Float64Array;
  /** [count, columns], dense: orthonormal rows, the one of most variance first; the largest element of each is positive. */
  readonly components: Float64Array;
  /** [count]: variance of the rows along each component. */
  readonly variances: Float64Array;
}

/**
 * The principal components of `values`, which hold rows of `columns` numbers. Takes a second or two for 11,385
 * rows of 784 pixels. Throws `DescentError` when the rows are cut short or more components than columns are wanted.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { pca, projectOnto, reconstructionErrors } from "./pca.ts";
 * const rows = Float32Array.of(0, 0, 3, 4, 6, 8); // three points of a line through (3, 4)
 * const found = pca(rows, { columns: 2 });
 * assert(Math.abs(found.components[0]! - 0.6) < 1e-12);
 * assert(Math.abs(found.variances[0]! - 50 / 3) < 1e-12);
 * assert(Math.abs(projectOnto(found, rows)[0]! + 5) < 1e-6);
 * assert(reconstructionErrors(found, rows, [1])[0]! < 1e-12);
 * ```
 */
export function pca(values: PcaRows, { columns, components = columns }: PcaOptions): PrincipalComponents {
  require(
    Number.isSafeInteger(components) && components >= 1 && components <= columns,
    () => `Rows of ${columns} numbers have 1 to ${columns} principal components, got ${components}`,
  );
  const { rows, sums, products } = momentsOf(values, columns);
  const mean = sums.map((sum) => sum / rows);
  const covariance = Matrix.zeros(columns, columns);
  for (let a = 0; a < columns; a++) {
    for (let b = a; b < columns; b++) {
      const value = products[a * columns + b]! / rows - mean[a]! * mean[b]!;
      covariance.set(a, b, value);
      covariance.set(b, a, value);
    }
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, i) => i).sort((i, j) => realEigenvalues[j]! - realEigenvalues[i]!);
  const kept = order.slice(0, components);
  return {
    columns,
    mean,
    components: Float64Array.from(kept.flatMap((i) => withSign(eigenvectorMatrix.getColumn(i)))),
    // Rounding leaves some variances of constant columns a little below 0.
    variances: Float64Array.from(kept, (i) => Math.max(0, realEigenvalues[i]!)),
  };
}

/**
 * Mean squared error per number of `values` when each row is replaced by its best reconstruction from the first k
 * components, for each k of `widths`; any rows of the same width, not only those that `fitted` comes from. It is 0
 * for as many components as columns or more. Throws `DescentError` when fewer components were kept than needed.
 */
export function reconstructionErrors(
  fitted: PrincipalComponents,
  values: PcaRows,
  widths: readonly number[],
): readonly number[] {
  const { columns, mean } = fitted, count = fitted.variances.length;
  const needed = widths.map((width) => {
    require(
      Number.isSafeInteger(width) && width >= 0 && (width <= count || width >= columns),
      () => `A reconstruction from ${width} components needs them, but ${count} of ${columns} were kept`,
    );
    return Math.min(width, columns);
  });
  const { rows, sums, products } = momentsOf(values, columns);
  // Mean products of the deviations from the fitted mean, which is not that of these rows: upper triangle.
  const deviations = products.map((product, at) => {
    const a = Math.floor(at / columns), b = at % columns;
    return (product - sums[a]! * mean[b]! - mean[a]! * sums[b]!) / rows + mean[a]! * mean[b]!;
  });
  let left = 0;
  for (let a = 0; a < columns; a++) left += deviations[a * columns + a]!;
  const errors = [left / columns];
  const most = Math.max(0, ...needed.filter((width) => width < columns));
  for (let k = 0; k < most; k++) {
    left -= varianceAlong(deviations, fitted.components.subarray(k * columns, (k + 1) * columns));
    errors.push(Math.max(0, left / columns));
  }
  return needed.map((width) => width === columns ? 0 : errors[width]!);
}

/** Coordinates of each row of `values` along the components, from the fitted mean: [rows, components], dense. */
export function projectOnto(
  { columns, mean, components, variances }: PrincipalComponents,
  values: PcaRows,
): Float32Array {
  const rows = rowsIn(values, columns), scale = scaleOf(values), count = variances.length;
  const codes = new Float32Array(rows * count);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < count; k++) {
      let sum = 0;
      for (let c = 0; c < columns; c++) {
        sum += (values[r * columns + c]! * scale - mean[c]!) * components[k * columns + c]!;
      }
      codes[r * count + k] = sum;
    }
  }
  return codes;
}

function scaleOf(values: PcaRows): number {
  return values instanceof Uint8Array ? 1 / 255 : 1;
}

function rowsIn(values: PcaRows, columns: number): number {
  const rows = values.length / columns;
  require(
    Number.isSafeInteger(rows) && rows > 0,
    () => `${values.length} values are no whole number of rows of ${columns}`,
  );
  return rows;
}

interface Moments {
  readonly rows: number;
  /** [columns]: sum of each column. */
  readonly sums: Float64Array;
  /** [columns, columns]: sums of the products of two columns, in the upper triangle; the rest is 0. */
  readonly products: Float64Array;
}

/** Rows that are multiplied while they lie in a near cache. */
const BLOCK = 32;

/** Sums over the rows. Those of bytes are exact: whole numbers below 2⁵³. */
function momentsOf(values: PcaRows, columns: number): Moments {
  const rows = rowsIn(values, columns), scale = scaleOf(values);
  const sums = new Float64Array(columns), products = new Float64Array(columns * columns);
  for (let first = 0; first < rows; first += BLOCK) {
    const block = Float64Array.from(values.subarray(first * columns, (first + BLOCK) * columns));
    addProducts(block, columns, sums, products);
  }
  return { rows, sums: sums.map((sum) => sum * scale), products: products.map((sum) => sum * scale * scale) };
}

/** Adds the products of a block of rows, four rows at a time, without those where a column is 0, as most pixels are. */
function addProducts(block: Float64Array, columns: number, sums: Float64Array, products: Float64Array): void {
  const starts = new Int32Array(BLOCK + 4), factors = new Float64Array(BLOCK + 4);
  for (let a = 0; a < columns; a++) {
    let count = 0;
    for (let row = 0; row < block.length; row += columns) {
      const value = block[row + a]!;
      if (value === 0) continue;
      sums[a]! += value;
      starts[count] = row;
      factors[count++] = value;
    }
    // What fills up the last four adds nothing.
    factors.fill(0, count, count + 4);
    const to = a * columns;
    for (let i = 0; i < count; i += 4) {
      const r0 = starts[i]!, r1 = starts[i + 1]!, r2 = starts[i + 2]!, r3 = starts[i + 3]!;
      const f0 = factors[i]!, f1 = factors[i + 1]!, f2 = factors[i + 2]!, f3 = factors[i + 3]!;
      for (let b = a; b < columns; b++) {
        products[to + b]! += f0 * block[r0 + b]! + f1 * block[r1 + b]! + f2 * block[r2 + b]! +
          f3 * block[r3 + b]!;
      }
    }
  }
}

/** uᵀ·S·u of a symmetric matrix whose upper triangle is given. */
function varianceAlong(upper: Float64Array, u: Float64Array): number {
  let sum = 0;
  for (let a = 0; a < u.length; a++) {
    const row = a * u.length;
    let others = 0;
    for (let b = a + 1; b < u.length; b++) others += upper[row + b]! * u[b]!;
    sum += u[a]! * (upper[row + a]! * u[a]! + 2 * others);
  }
  return sum;
}

/** A direction is the same with either sign: the one that makes its largest element positive. */
function withSign(direction: readonly number[]): readonly number[] {
  const largest = direction.reduce((most, value) => Math.abs(value) > Math.abs(most) ? value : most, 0);
  return largest < 0 ? direction.map((value) => -value) : direction;
}
