/** Optimizers: the constructors that users call, and the list of their update ops. */
import type { Op } from "../ir/op.ts";
import { adagradOp } from "./adagrad.ts";
import { adamOp } from "./adam.ts";
import { amsgradOp } from "./amsgrad.ts";
import { momentumOp } from "./momentum.ts";
import { rmspropOp } from "./rmsprop.ts";
import { sgdOp } from "./sgd.ts";
import { sgdBytesOp } from "./sgd_bytes.ts";

export { adagrad, type AdagradOptions } from "./adagrad.ts";
export { adam, type AdamOptions, adamw } from "./adam.ts";
export type { DecayOptions, Optimizer } from "./optimizer.ts";
export { rmsprop, type RmspropOptions } from "./rmsprop.ts";
export { sgd, type SgdOptions } from "./sgd.ts";

export const OPTIMIZER_OPS: readonly Op[] = [
  sgdOp,
  sgdBytesOp,
  momentumOp,
  rmspropOp,
  adagradOp,
  adamOp,
  amsgradOp,
];
