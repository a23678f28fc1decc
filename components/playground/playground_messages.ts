/** What the pages and their worker tell each other. All of it can be posted. */

/** Networks that the playground trains: layers in words, as they are built in `workers/playground_train.ts`. */
export const PRESETS = {
  small: "784-30-20-10, as in Report A",
  none: "784-10, without a hidden layer",
  wide: "784-128-10",
  deep: "784-128-64-32-10",
  cnn: "Convolution: 8 and 16 maps, 64 units",
} as const;
export type Preset = keyof typeof PRESETS;

/** Optimizers, and the learning rate that each usually takes. */
export const OPTIMIZERS = {
  sgd: { label: "Gradient descent", learningRate: 0.05 },
  momentum: { label: "Momentum", learningRate: 0.01 },
  nesterov: { label: "Nesterov’s momentum", learningRate: 0.01 },
  rmsprop: { label: "RMSProp", learningRate: 0.001 },
  adam: { label: "Adam", learningRate: 0.001 },
} as const;
export type OptimizerName = keyof typeof OPTIMIZERS;

export const BACKEND_LABELS = { webgpu: "WebGPU", wasm: "WebAssembly" } as const;
export type BrowserBackend = keyof typeof BACKEND_LABELS;

export interface TrainSettings {
  readonly preset: Preset;
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  /** How many to train on; a third as many validate. */
  readonly images: number;
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
  readonly backend: BrowserBackend;
}

/** What WebGPU is here: `software` computes on the processor, slower than WebAssembly. */
export interface WebgpuFacts {
  readonly kind: "gpu" | "software" | "none";
  readonly name: string;
}

/** A model that is open. */
export interface ModelFacts {
  readonly layers: readonly LayerFacts[];
  readonly parameters: number;
  readonly inputs: number;
  readonly outputs: number;
}

export interface LayerFacts {
  readonly name: string;
  readonly kind: string;
  /** Of one row: `[30]`, or `[24,24,8]`. */
  readonly shape: readonly number[];
}

/** What the layers gave for one image. */
export interface Shown {
  readonly layers: readonly Float32Array[];
  /** Softmax of the last layer; of a model that is no classifier it means nothing. */
  readonly probabilities: Float32Array;
  readonly milliseconds: number;
}

/** After an epoch. */
export interface TrainedEpoch {
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly valLoss: number;
  readonly valAccuracy: number;
  readonly imagesPerSecond: number;
}

/** Bytes of MNIST as the server gives them: images row after row, and a digit for each. */
export interface ImageSet {
  readonly images: Uint8Array<ArrayBuffer>;
  readonly labels: Uint8Array<ArrayBuffer>;
}

/** `id` comes back with the answer. */
export type Asked =
  | { readonly kind: "open"; readonly id: number; readonly address: string; readonly name: string }
  | {
    readonly kind: "decode";
    readonly id: number;
    readonly bytes: Uint8Array<ArrayBuffer>;
    readonly name: string;
  }
  | { readonly kind: "show"; readonly id: number; readonly pixels: Uint8Array }
  | { readonly kind: "webgpu"; readonly id: number }
  | {
    readonly kind: "train";
    readonly id: number;
    readonly settings: TrainSettings;
    readonly train: ImageSet;
    readonly validation: ImageSet;
  }
  | { readonly kind: "stop"; readonly id: number };

export type Told =
  | { readonly kind: "opened"; readonly id: number; readonly model: ModelFacts }
  | { readonly kind: "shown"; readonly id: number; readonly shown: Shown }
  | { readonly kind: "webgpu"; readonly id: number; readonly webgpu: WebgpuFacts }
  | { readonly kind: "started"; readonly id: number; readonly description: string }
  | {
    readonly kind: "epoch";
    readonly id: number;
    readonly record: TrainedEpoch;
    /** The model as a file, from time to time and at the end. */
    readonly model?: Uint8Array<ArrayBuffer>;
  }
  | { readonly kind: "done"; readonly id: number }
  | { readonly kind: "problem"; readonly id: number; readonly sentence: string };
