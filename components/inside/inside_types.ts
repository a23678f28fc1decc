/** What the pages that look inside of runs and kernels show. */

/** One launch of a kernel. */
export interface PlanCall {
  readonly op: string;
  readonly label: string;
  readonly type: string;
  readonly settings: string;
  /** Positions of buffers. */
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  readonly flops: number;
  readonly bytes: number;
  /** Null where it was not measured. */
  readonly ms: number | null;
}

export interface PlanBufferData {
  readonly name: string;
  readonly role: string;
  readonly dtype: string;
  readonly bytes: number;
}

export interface PlanData {
  /** Of a run with several trainings. */
  readonly stage: string | null;
  readonly backend: string;
  readonly batch: number | null;
  readonly routines: readonly { readonly name: string; readonly calls: readonly PlanCall[] }[];
  readonly buffers: readonly PlanBufferData[];
}

/** A layer of a saved model. */
export interface LayerData {
  /** `dense`, or `input` for the first. */
  readonly kind: string;
  readonly settings: string;
  /** Sizes of what comes out: `[28, 28, 1]`; empty where it is not known. */
  readonly shape: readonly number[];
  readonly parameters: number;
}

export interface TensorData {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** All that can be told of the inside of a run. */
export interface InsideData {
  readonly id: string;
  readonly experiment: string;
  readonly layers: readonly LayerData[];
  readonly tensors: readonly TensorData[];
  readonly plans: readonly PlanData[];
  /** What could not be read. */
  readonly problems: readonly string[];
}

/** A kernel or a training step on one device, over the benchmarks. */
export interface Benchmarked {
  readonly name: string;
  readonly backend: string;
  /** GFLOP/s by benchmark, null where it was not measured. */
  readonly speeds: readonly (number | null)[];
  /** Of the newest. */
  readonly ms: number;
  readonly gflops: number;
  /** Of the peak that it comes nearest to. */
  readonly share: number;
  readonly bound: string | null;
}

export interface BenchData {
  /** Times of the benchmarks in ISO 8601, the oldest first. */
  readonly times: readonly string[];
  readonly devices: readonly string[];
  readonly peaks: readonly {
    readonly backend: string;
    readonly gflops: number;
    readonly gbPerSecond: number | null;
  }[];
  readonly steps: readonly Benchmarked[];
  readonly kernels: readonly Benchmarked[];
  readonly problems: readonly string[];
}
