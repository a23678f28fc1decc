/**
 * What an op is. An op knows everything about itself: how shapes follow, its gradient, its definition in
 * float64, how its two kernels are dispatched, and the cases that tests, gradcheck and benchmarks read.
 */
import type { Step } from "../core/step.ts";
import type { DType, Shape, TensorType } from "../core/tensor.ts";

/** One setting of a node. */
export type Attr = number | string | boolean;
/** Settings of a node that are fixed when the graph is built. */
export type Attrs = Readonly<Record<string, Attr>>;

/** The types around one call: enough to size a kernel. `output` is the updated operand for ops that update. */
export interface CallTypes<A extends Attrs = Attrs> {
  /** Of the inputs, in order. */
  readonly inputs: readonly TensorType[];
  /** Of the result. */
  readonly output: TensorType;
  /** Settings of the node. */
  readonly attrs: A;
}

/** One operand on the reference executor, in the padded layout: element (row, column) is `data[row * pitch + column]`. */
export interface View {
  /** Element type and shape. */
  readonly type: TensorType;
  /** Elements from the start of one row to the start of the next: the last axis, rounded up to a multiple of 4. */
  readonly pitch: number;
  /** The elements, pads included; those of f32 in float64. */
  readonly data: Float64Array | Uint32Array | Uint8Array;
}

/** A call on the reference executor. `output` is the updated operand for ops that update. */
export interface ReferenceCall<A extends Attrs = Attrs> {
  /** What is read, in the order of the op's inputs. */
  readonly inputs: readonly View[];
  /** What is written. */
  readonly output: View;
  /** Settings of the node. */
  readonly attrs: A;
  /** The step under way. */
  readonly step: Step;
}

/** Launch of a WGSL kernel: values of its `override`s and the grid. */
export interface WgslDispatch {
  /** Values of the shader's `override`s, by name. */
  readonly overrides: Readonly<Record<string, number>>;
  /** Workgroups along each axis of the grid. */
  readonly workgroups: readonly [x: number, y: number, z: number];
  /** Which of the library's shaders, where some settings have their own. Default: that of the op's name. */
  readonly kernel?: string;
  /** The shader's text, whose entry point is `main`. Default: the library's file of `kernel`. */
  readonly text?: string;
  /** A second launch, after this one. Then this one writes, in place of the output, what the second reads. */
  readonly then?: SecondDispatch;
}

/** The second launch of a call: it binds what the first has written, then the output of the call. */
export interface SecondDispatch {
  /** Elements, f32, that the first launch writes: a buffer of the call's own. */
  readonly scratchElements: number;
  /** Values of the shader's `override`s, by name. */
  readonly overrides: Readonly<Record<string, number>>;
  /** Workgroups along each axis of the grid. */
  readonly workgroups: readonly [x: number, y: number, z: number];
  /** Which of the library's shaders. */
  readonly kernel: string;
}

/**
 * Launch of a WASM kernel `name(begin, end, …operand pointers, step pointer if the op reads it, …args)`.
 * It computes units [begin, end) of `units` exactly as if it were alone, so threads only split the range.
 */
export interface WasmDispatch {
  /** Parts that the result is computed in, such as rows: what threads share out. */
  readonly units: number;
  /** Numbers that the kernel takes after its pointers. */
  readonly args: readonly number[];
  /** Which of the library's kernels, where some settings have their own. Default: that of the op's name. */
  readonly kernel?: string;
  /** Bytes that each thread needs for intermediate values. Default 0. */
  readonly scratchBytes?: number;
  /**
   * A module with the kernel, exported by the op's name, on the shared memory that it imports as `env.memory`. Give the
   * same array for the same kernel: it is compiled once. Default: the library's kernel `kernel`.
   */
  readonly code?: Uint8Array<ArrayBuffer>;
}

/** How the values of a case's input are drawn. */
export type Fill =
  | "normal" // standard normal
  | "positive" // uniform in (0, 1)
  | "sparse" // four of five are zero, the others normal
  | "bytes" // u8 pixels, four of five are zero
  | "permutation" // u32, a random order of 0 … n-1
  | "zeros"
  | { readonly below: number } // whole numbers in [0, below)
  | { readonly make: () => Uint32Array }; // whatever only the op can make

/** One input of a case: its type, and how its values are drawn. */
export interface CaseInput {
  /** Sizes of its axes. */
  readonly shape: Shape;
  /** How its values are drawn. */
  readonly fill: Fill;
  /** Default `f32`. */
  readonly dtype?: DType;
}

/** One shape and setting of an op that tests, gradcheck and benchmarks run. */
export interface OpCase<A extends Attrs = Attrs> {
  /** What tells it from the op's other cases. */
  readonly label: string;
  /** One for each input of the op. */
  readonly inputs: readonly CaseInput[];
  /** Settings of its node. */
  readonly attrs: A;
  /** What its step is, where it matters. */
  readonly step?: Partial<Step>;
  /** Also time this case in the op benchmarks. */
  readonly bench?: boolean;
  /** The op has a kink at these values, such as ties of a maximum: differences are not its gradient there. */
  readonly notSmooth?: boolean;
}

/** A value of a graph: an op on other values. It is immutable; `leaf`, `map` and the like make it. */
export interface Node {
  /** What computes it. */
  readonly op: Op;
  /** What it is computed of, in the order of the op's operands. */
  readonly inputs: readonly Node[];
  /** Settings of the op, such as an activation. */
  readonly attrs: Attrs;
  /** Element type and shape of the value. */
  readonly type: TensorType;
  /** What a reader calls this value: `dense_1/weights`, `dLogits`. */
  readonly label: string;
}

/**
 * What an op is, all of it: how shapes follow, its gradient, its definition in float64, its two kernels, and the cases
 * that it is tested by.
 */
export interface Op<A extends Attrs = Attrs> {
  /** Name of the op, and of its WGSL file and its function in the WASM module unless it brings kernels of its own. */
  readonly name: string;
  /** Names of the operands, for messages and prints; an op that takes any number of them names the most. */
  readonly operands: readonly string[];
  /** Positions of inputs that are updated in place. Such an op has no output of its own. */
  readonly updates?: readonly number[];
  /** The kernel reads the step row (batch start, seed, scalars). */
  readonly step?: boolean;
  /** With these settings the result does not depend on the step row, although the kernel can read it. */
  stepless?(attrs: A): boolean;
  /** Names no kernel: a leaf or an arena, which the planner places and nothing computes. */
  readonly virtual?: boolean;
  /** The result is the first input as it lies: the planner gives it the same place and makes no call. */
  alias?(types: CallTypes<A>): boolean;
  /** Type of the result; throws a `DescentError` naming both shapes when they do not fit. */
  infer(inputs: readonly TensorType[], attrs: A): TensorType;
  /** Gradient of the scalar objective by each input, as nodes, given that by the output; `undefined` where there is none. */
  grad?(node: Node, dOutput: Node): readonly (Node | undefined)[];
  /** The definition, as naive loops in float64. */
  reference(call: ReferenceCall<A>): void;
  /** Largest error that float32 kernels may show at element `index` of `written`, from the number of terms. */
  tolerance(call: ReferenceCall<A>, written: View): (index: number) => number;
  /** Floating-point operations of one call, counted dense. */
  flops(types: CallTypes<A>): number;
  /** How its WebGPU kernel is launched. */
  wgsl(types: CallTypes<A>): WgslDispatch;
  /** How its WebAssembly kernel is launched. */
  wasm(types: CallTypes<A>): WasmDispatch;
  /** What its node comes to in other ops, and on which executors that is computed, since it has no kernel there. */
  readonly composition?: {
    readonly on: readonly ("webgpu" | "wasm")[];
    of(value: Node): Node;
  };
  /** Shapes and settings that tests, gradcheck and benchmarks run. */
  readonly cases: readonly OpCase<A>[];
}
