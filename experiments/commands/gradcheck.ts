/** `deno task gradcheck`: each op's gradient against central differences, in float64. */
import { sizeOf } from "../../src/core/tensor.ts";
import { gradcheckCase } from "../../src/exec/case.ts";
import { OPS } from "../../src/ops/mod.ts";
import { textTable } from "../../src/core/text_table.ts";

/** Central differences in float64 leave about this much. */
const LARGEST_ERROR = 1e-6;
/** Differences cost two evaluations per sampled element: larger cases would show nothing more. */
const MAX_ELEMENTS = 5000;

/** Prints a row per op; resolves to whether all are right. */
export async function checkGradients(): Promise<boolean> {
  const rows: string[][] = [];
  let allRight = true;
  for (const op of OPS) {
    if (op.grad === undefined) {
      rows.push([op.name, "", "", "no gradient"]);
      continue;
    }
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
    const isRight = worst <= LARGEST_ERROR;
    allRight &&= isRight;
    rows.push([
      op.name,
      String(count),
      worst.toExponential(1),
      isRight ? "ok" : `WRONG, worst in ${worstCase}`,
    ]);
  }
  console.log(textTable({ columns: ["op", "cases", "worst relative error", ""], rows }));
  return allRight;
}
