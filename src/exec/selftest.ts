/** A known-answer test of an executor at start-up: drivers and software adapters do miscompile kernels. */
import { DescentError } from "../core/errors.ts";
import type { Op } from "../ir/op.ts";
import { linearOp } from "../ops/linear.ts";
import { softmaxCrossEntropyGradOp } from "../ops/softmax_cross_entropy_grad.ts";
import { sumRowsOp } from "../ops/sum_rows.ts";
import { checkCase, describeDeviation } from "./case.ts";
import type { Executor } from "./executor.ts";

const TRIED: readonly Op[] = [linearOp, sumRowsOp, softmaxCrossEntropyGradOp];

/** Runs a small case of three ops; throws when one differs from the float64 reference. */
export async function selfTest(executor: Executor): Promise<void> {
  for (const op of TRIED) {
    const opCase = op.cases.find(({ inputs: [first] }) => first!.shape[0]! > 1 && first!.shape[0]! <= 32)!;
    const deviation = await checkCase(executor, op, opCase);
    if (deviation !== undefined && !(deviation.ratio <= 1)) {
      throw new DescentError(
        `The self-test of ${executor.description} failed: ${op.name} ${opCase.label}: ` +
          `${describeDeviation(deviation)}; ${
            executor.name === "webgpu"
              ? "update its driver, or use the wasm backend"
              : "use the reference backend, and report it"
          }`,
      );
    }
  }
}
