/** What the ops on logits and labels share. Legend: M rows (batch), C classes. */
import type { CaseInput, OpCase, View } from "../ir/op.ts";
import type { TensorType } from "../core/tensor.ts";
import { fits, LEAST_NORMAL, ROUNDING } from "./_support.ts";

/** Refuses logits [M,C] and labels [M] that do not belong together; returns M and C. */
export function rowsAndClasses(verb: string, inputs: readonly TensorType[]): readonly [m: number, c: number] {
  const [logits, labels] = inputs;
  fits(
    logits!.shape.length === 2 && labels!.dtype === "u32" && labels!.shape.length === 1 &&
      labels!.shape[0] === logits!.shape[0],
    verb,
    inputs.slice(0, 2),
    "logits must be f32[rows,classes] and labels u32[rows]",
  );
  return [logits!.shape[0]!, logits!.shape[1]!];
}

/** Position of the largest logit of a row; the first one where several are equal. */
export function argmax(
  { data, pitch, type }: Omit<View, "data"> & { readonly data: ArrayLike<number> },
  row: number,
): number {
  let best = 0;
  for (let c = 1; c < type.shape[1]!; c++) {
    if (data[row * pitch + c]! > data[row * pitch + best]!) best = c;
  }
  return best;
}

/** The largest logit of a row, and the sum of exp(logit - largest) over the row. */
export function softmaxSum({ data, pitch, type }: View, row: number): { largest: number; sum: number } {
  const classes = type.shape[1]!;
  let largest = -Infinity, sum = 0;
  for (let c = 0; c < classes; c++) largest = Math.max(largest, data[row * pitch + c]!);
  for (let c = 0; c < classes; c++) sum += Math.exp(data[row * pitch + c]! - largest);
  return { largest, sum };
}

/**
 * Error of float32 probability `at` (padded) of a row: its exponential's, as large as the distance from the largest logit
 * rounds; the sum's; and the quotient's.
 */
export function probabilityError(logits: View, at: number): number {
  const { data, pitch, type } = logits, { largest, sum } = softmaxSum(logits, Math.floor(at / pitch));
  const distance = largest - data[at]!;
  return (2 * type.shape[1]! + 16 + distance) * ROUNDING * Math.exp(-distance) / sum + LEAST_NORMAL;
}

export function logitsCase(m: number, c: number): readonly [logits: CaseInput, labels: CaseInput] {
  return [{ shape: [m, c], fill: "normal" }, { shape: [m], fill: { below: c }, dtype: "u32" }];
}

/** The batch and class counts that every op on logits is tested at. */
export const CLASS_CASES: readonly (readonly [m: number, c: number, bench: boolean])[] = [
  [1, 1, false],
  [1, 5, false],
  [32, 5, true],
  [7, 10, false],
  [13, 3, false],
  [300, 67, false],
  [11385, 5, true],
];

/** Logits that tie in most rows, and logits whose exponentials overflow. */
export const INTEGER_LOGITS: readonly (readonly [m: number, c: number, below: number])[] = [
  [64, 5, 3],
  [13, 7, 2000],
];

export function classCases(more: readonly CaseInput[] = []): OpCase[] {
  const others = (m: number) =>
    more.map((input) => input.shape.length === 1 ? { ...input, shape: [m] } : input);
  return [
    ...CLASS_CASES.map(([m, c, bench]) => ({
      label: `[${m},${c}]`,
      inputs: [...logitsCase(m, c), ...others(m)],
      attrs: {},
      bench,
    })),
    ...INTEGER_LOGITS.map(([m, c, below]) => ({
      label: `[${m},${c}] of whole numbers below ${below}`,
      inputs: [{ shape: [m, c], fill: { below } }, logitsCase(m, c)[1], ...others(m)],
      attrs: {},
    })),
  ];
}
