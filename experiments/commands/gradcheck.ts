/** `deno task gradcheck`: each op's gradient against central differences, in float64. */
import { foldUnder } from "../../src/core/fold_text.ts";
import { textTable } from "../../src/core/text_table.ts";
import { sizeOf } from "../../src/core/tensor.ts";
import { gradcheckCase } from "../../src/exec/case.ts";
import type { Op } from "../../src/ir/op.ts";
import { OPS } from "../../src/ops/mod.ts";
import type { Screen } from "../lab/screen.ts";

/** Central differences in float64 leave about this much. */
const LARGEST_ERROR = 1e-6;
/** Differences cost two evaluations per sampled element: larger cases would show nothing more. */
const MAX_ELEMENTS = 5000;

/** What the differences say of one op. */
export interface GradientCheck {
  readonly op: string;
  readonly cases: number;
  /** Largest relative error of a case, and that case; NaN is worse than any number. */
  readonly worst: number;
  readonly worstCase: string;
}

/** Prints a row per op and a verdict; resolves to whether all gradients are right. */
export async function checkGradients({ say, doing, columns }: Screen): Promise<boolean> {
  const checks: GradientCheck[] = [];
  const rows: string[][] = [];
  for (const [i, op] of OPS.entries()) {
    if (op.grad === undefined) {
      rows.push([op.name, "", "", "no gradient"]);
      continue;
    }
    doing?.(`checking ${op.name}, op ${i + 1} of ${OPS.length}`);
    const check = await checkOp(op);
    checks.push(check);
    rows.push([
      op.name,
      String(check.cases),
      check.worst.toExponential(1),
      isRight(check) ? "ok" : `WRONG, worst in ${check.worstCase}`,
    ]);
  }
  say(textTable({ columns: ["op", "cases", "worst relative error", ""], rows }, { width: columns }));
  say(`\n${foldUnder("", verdictOf(checks), columns)}`);
  return checks.every(isRight);
}

async function checkOp(op: Op): Promise<GradientCheck> {
  let worst = 0, worstCase = "", count = 0;
  for (
    const opCase of op.cases.filter(({ inputs, notSmooth }) =>
      !notSmooth && inputs.every(({ shape }) => sizeOf(shape) <= MAX_ELEMENTS)
    )
  ) {
    const error = (await gradcheckCase(op, opCase))!;
    count++;
    // NaN is worse than any number, and stays.
    if (!(error <= worst) && !Number.isNaN(worst)) [worst, worstCase] = [error, opCase.label];
  }
  return { op: op.name, cases: count, worst, worstCase };
}

function isRight({ worst }: GradientCheck): boolean {
  return worst <= LARGEST_ERROR;
}

/** `All gradients are right: 23 ops in 314 cases; the worst relative error is 0.0086 times the bound of 1e-6, of conv2d`. */
export function verdictOf(checks: readonly GradientCheck[]): string {
  const cases = checks.reduce((sum, one) => sum + one.cases, 0);
  const [worst] = checks.toSorted((a, b) =>
    (Number.isNaN(b.worst) ? Infinity : b.worst) - (Number.isNaN(a.worst) ? Infinity : a.worst)
  );
  const wrong = checks.filter((one) => !isRight(one)).map(({ op }) => op);
  const counts = `${checks.length} ops in ${cases} cases`;
  const ratio = worst === undefined
    ? ""
    : `; the worst relative error is ${
      times(worst.worst / LARGEST_ERROR)
    } the bound of ${LARGEST_ERROR.toExponential()}, of ${worst.op}`;
  return wrong.length === 0
    ? `All gradients are right: ${counts}${ratio}`
    : `WRONG: the gradient${wrong.length === 1 ? "" : "s"} of ${wrong.join(", ")}, of ${counts}${ratio}`;
}

/** `0.0086 times`. */
function times(ratio: number): string {
  return `${Number(ratio.toPrecision(2))} times`;
}
