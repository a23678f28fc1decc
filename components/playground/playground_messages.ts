/** What the pages and their worker tell each other. All of it can be posted. */

import type { BrowserBackend, PlaySettings } from "./playground_settings.ts";

/** How training goes on. */
export interface Pace {
  readonly isPaused: boolean;
  /** Null for as fast as it can. */
  readonly stepsPerSecond: number | null;
}

/** What a training that is under way can be told; one step or one epoch is made although it is paused. */
export type Control =
  | { readonly kind: "pace"; readonly pace: Pace }
  | { readonly kind: "rate"; readonly learningRate: number }
  | { readonly kind: "step" }
  | { readonly kind: "epoch" };

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

/** What the first layer multiplies an image with: pictures [height,width,units]. */
export interface FirstLayer {
  readonly weights: Float32Array;
  readonly shape: readonly number[];
}

/** What the layers gave for one image. */
export interface Shown {
  readonly layers: readonly Float32Array[];
  /** Softmax of the last layer; of a model that is no classifier it means nothing. */
  readonly probabilities: Float32Array;
  readonly milliseconds: number;
}

/** How far a training is: before its first step, and then several times a second, or after each step of a slow one. */
export interface Progress {
  /** Updates made. */
  readonly step: number;
  /** The same in epochs. */
  readonly epochs: number;
  /** Means over the steps since the record before; null before the first. */
  readonly loss: number | null;
  readonly accuracy: number | null;
  readonly valLoss: number;
  readonly valAccuracy: number;
  /** Of the time in which it trained; 0 before the first step. */
  readonly imagesPerSecond: number;
}

/** Bytes of MNIST as the server gives them: images row after row, and a digit for each. */
export interface ImageSet {
  readonly images: Uint8Array<ArrayBuffer>;
  readonly labels: Uint8Array<ArrayBuffer>;
}

/** An image that the network takes for another digit than it is. */
export interface Misread {
  /** In the set. */
  readonly row: number;
  /** What it is taken for, and how surely. */
  readonly said: number;
  readonly probability: number;
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
  | { readonly kind: "misread"; readonly id: number; readonly set: ImageSet }
  | { readonly kind: "webgpu"; readonly id: number }
  | {
    readonly kind: "train";
    readonly id: number;
    readonly settings: PlaySettings;
    readonly backend: BrowserBackend;
    readonly pace: Pace;
    readonly train: ImageSet;
    readonly validation: ImageSet;
  }
  /** Heard at once. */
  | { readonly kind: "control"; readonly id: number; readonly control: Control };

export type Told =
  | {
    readonly kind: "opened";
    readonly id: number;
    readonly model: ModelFacts;
    readonly first: FirstLayer | null;
  }
  | { readonly kind: "shown"; readonly id: number; readonly shown: Shown }
  /** The surest first. */
  | { readonly kind: "misread"; readonly id: number; readonly rows: readonly Misread[] }
  | { readonly kind: "webgpu"; readonly id: number; readonly webgpu: WebgpuFacts }
  | { readonly kind: "started"; readonly id: number; readonly description: string }
  | {
    readonly kind: "progress";
    readonly id: number;
    readonly record: Progress;
    /** Of the validation set, `[true digit][what was said]`. */
    readonly confusion: readonly (readonly number[])[];
    /** The model as a file. */
    readonly model: Uint8Array<ArrayBuffer>;
  }
  | { readonly kind: "done"; readonly id: number }
  | { readonly kind: "problem"; readonly id: number; readonly sentence: string };
