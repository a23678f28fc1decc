/** What an optimizer is, and what its update ops share. Legend: p parameters, g gradients, λ weight decay. */
import { require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import { sizeOf, type TensorType } from "../core/tensor.ts";
import type { Node } from "../ir/node.ts";
import type { CaseInput } from "../ir/op.ts";
import { fits, flatGrid } from "../ops/_support.ts";

/** A rule that updates all parameters from all gradients, as one call over flat arenas. */
export interface Optimizer {
  /** As runs and messages call it, such as `nesterov`. */
  readonly name: string;
  /** What was asked for, as it is written into a run's record. */
  readonly options: Readonly<Record<string, number | boolean>>;
  /** Its learning rate: where no schedule gives another, that of every update. */
  readonly learningRate: number;
  /** Names of the arenas, as large as the parameters, that it keeps between steps; zero at the start. */
  readonly states: readonly string[];
  /** Node that updates `params` and `states` in place. */
  update(params: Node, grads: Node, states: readonly Node[]): Node;
  /** What the kernel needs at update `step` (counted from 0), computed in float64. The rate is its own by default. */
  scalars(step: number, learningRate?: number): readonly number[];
}

/** How weight decay enters: added to the gradient (coupled: L2), or subtracted from the weight (decoupled: AdamW). */
export interface DecayOptions {
  /** λ, 0 or more. Default 0. */
  readonly weightDecay?: number;
  /** p ← p − lr·λ·p beside the update, instead of g + λ·p inside it. Default false. */
  readonly decoupled?: boolean;
}

/** The two kernel settings that weight decay comes down to. */
export function decayAttrs({ weightDecay = 0, decoupled = false }: DecayOptions): {
  readonly coupledDecay: number;
  readonly decoupledDecay: number;
} {
  requireNumber("weight decay", weightDecay, 0, Infinity);
  return { coupledDecay: decoupled ? 0 : weightDecay, decoupledDecay: decoupled ? weightDecay : 0 };
}

/** Refuses a setting outside [low, high). */
export function requireNumber(name: string, value: number, low: number, high: number): void {
  const range = high === Infinity ? `${low} or more` : `at least ${low} and below ${high}`;
  require(
    typeof value === "number" && value >= low && value < high,
    () => `The ${name} must be ${range}, got ${shown(value)}`,
  );
}

/** Refuses a learning rate that is negative or no number; with 0 nothing is learned. */
export function requireLearningRate(learningRate: number): void {
  require(
    typeof learningRate === "number" && learningRate >= 0 && learningRate < Infinity,
    () => `The learning rate must be 0 or more, such as 0.001, got ${shown(learningRate)}`,
  );
}

/** All arenas of an update have one type: that of the parameters. */
export function inferArenas(inputs: readonly TensorType[]): TensorType {
  const [params] = inputs;
  fits(
    inputs.every(({ dtype, shape }) =>
      dtype === "f32" && shape.length === 1 && shape[0] === params!.shape[0]
    ) &&
      params!.shape[0]! % 4 === 0,
    "update",
    inputs,
    "all arenas must have the same size, a multiple of 4",
  );
  return params!;
}

/** The dispatch of an update: one 4-lane vector of parameters per thread or unit. */
export function arenaVectors({ output }: { readonly output: TensorType }): number {
  return sizeOf(output.shape) / 4;
}

export function arenaGrid(types: { readonly output: TensorType }): readonly [number, number, number] {
  return flatGrid(arenaVectors(types));
}

/** Inputs of an update's case: parameters, gradients, then states; a state that holds squares is positive. */
export function arenaInputs(
  elements: number,
  states: readonly ("normal" | "positive")[],
): readonly CaseInput[] {
  return (["normal", "normal", ...states] as const).map((fill) => ({ shape: [elements], fill }));
}

/** Sizes at which every update op is tested. */
export const ARENA_SIZES = [4, 64, 1028, 24448] as const;
