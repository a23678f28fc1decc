/** What can be chosen in the Playground, and how the page's address holds it. */

/** A hidden layer: so many units, or so many maps of 5×5 windows with 2×2 max pooling behind them. */
export interface HiddenLayer {
  readonly kind: "dense" | "conv";
  readonly size: number;
}

/** Bounds of a hidden layer's size, and how many there may be: more windows than two do not fit into 28 pixels. */
export const MOST = { dense: 512, conv: 32, layers: 6, convLayers: 2 } as const;

export const ACTIVATIONS = {
  relu: "ReLU",
  tanh: "tanh",
  sigmoid: "Sigmoid",
  leakyRelu: "Leaky ReLU",
  gelu: "GELU",
  identity: "None: linear",
} as const;
export type ActivationName = keyof typeof ACTIVATIONS;

/** Optimizers, and the learning rate that each usually takes. */
export const OPTIMIZERS = {
  sgd: { label: "Gradient descent", learningRate: 0.05 },
  momentum: { label: "Momentum", learningRate: 0.01 },
  nesterov: { label: "Nesterov’s momentum", learningRate: 0.01 },
  rmsprop: { label: "RMSProp", learningRate: 0.001 },
  adagrad: { label: "Adagrad", learningRate: 0.01 },
  adam: { label: "Adam", learningRate: 0.001 },
} as const;
export type OptimizerName = keyof typeof OPTIMIZERS;

export const BACKENDS = { webgpu: "WebGPU", wasm: "WebAssembly" } as const;
export type BrowserBackend = keyof typeof BACKENDS;

export const BATCHES: readonly number[] = [1, 8, 16, 32, 64, 128, 256];
export const IMAGES: readonly number[] = [300, 1000, 2000, 3000];
/** Share of the pixels that are made black or white at random, anew at each step. */
export const NOISES: readonly number[] = [0, 0.1, 0.2, 0.3, 0.4, 0.5];

/** Steps a second; the last is as fast as the machine can. */
export const SPEEDS = {
  "1": "1 step/s",
  "10": "10 steps/s",
  "100": "100 steps/s",
  full: "Full speed",
} as const;
export type Speed = keyof typeof SPEEDS;

/** What makes a training: the same settings give the same network, bit for bit, where the backend is the same. */
export interface PlaySettings {
  readonly layers: readonly HiddenLayer[];
  readonly activation: ActivationName;
  readonly optimizer: OptimizerName;
  readonly learningRate: number;
  readonly noise: number;
  readonly batch: number;
  /** How many to train on; a third as many validate. */
  readonly images: number;
  readonly seed: number;
}

/** All that the address holds beside the run whose network is open. */
export interface PlayChoice {
  readonly settings: PlaySettings;
  readonly speed: Speed;
  /** Where it computes; null for what suits the machine. */
  readonly backend: BrowserBackend | null;
}

export const FIRST_CHOICE: PlayChoice = {
  settings: {
    layers: [{ kind: "dense", size: 30 }, { kind: "dense", size: 20 }],
    activation: "relu",
    optimizer: "adam",
    learningRate: OPTIMIZERS.adam.learningRate,
    noise: 0,
    batch: 32,
    images: 3000,
    seed: 1,
  },
  speed: "100",
  backend: null,
};

/** Layers as the address has them: `c8-30-20`, convolutions first. */
function layersText(layers: readonly HiddenLayer[]): string {
  return layers.map(({ kind, size }) => `${kind === "conv" ? "c" : ""}${size}`).join("-");
}

/** The layers of such a text that can be built, in the order in which they can be. */
function layersOf(text: string): readonly HiddenLayer[] {
  const layers = text.split("-").flatMap((part): HiddenLayer[] => {
    const [, letter, digits] = /^(c?)(\d{1,3})$/.exec(part) ?? [];
    if (digits === undefined) return [];
    const kind = letter === "c" ? "conv" : "dense";
    return [{ kind, size: boundedSize(kind, Number(digits)) }];
  });
  return buildable(layers);
}

/** A size that such a layer may have. */
export function boundedSize(kind: HiddenLayer["kind"], size: number): number {
  return Math.min(MOST[kind], Math.max(1, Math.round(Number.isFinite(size) ? size : 1)));
}

/** Convolutions before dense layers, as they need images, and not too many. */
export function buildable(layers: readonly HiddenLayer[]): readonly HiddenLayer[] {
  const convolutions = layers.filter(({ kind }) => kind === "conv").slice(0, MOST.convLayers);
  return [...convolutions, ...layers.filter(({ kind }) => kind === "dense")].slice(0, MOST.layers);
}

/** `784-30-20-10`, with windows as their maps: `28×28-c8-10`. */
export function networkName({ layers }: PlaySettings): string {
  const isFlat = layers[0]?.kind !== "conv";
  return [isFlat ? "784" : "28×28", ...(layers.length > 0 ? [layersText(layers)] : []), "10"].join("-");
}

/**
 * What an address asks for; what it does not say, or says wrongly, is as at first.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { choiceIn, searchOf } from "./playground_settings.ts";
 * const choice = choiceIn(new URLSearchParams("layers=64-c8&rate=0.1&optimizer=magic"));
 * assertEquals(choice.settings.layers, [{ kind: "conv", size: 8 }, { kind: "dense", size: 64 }]);
 * assertEquals(searchOf(choice).toString(), "layers=c8-64&rate=0.1");
 * ```
 */
export function choiceIn(search: URLSearchParams): PlayChoice {
  const first = FIRST_CHOICE.settings, get = (name: string) => search.get(name) ?? "";
  const oneOf = <K extends string>(choices: Readonly<Record<K, unknown>>, name: string, or: K): K =>
    Object.hasOwn(choices, get(name)) ? get(name) as K : or;
  const among = (choices: readonly number[], name: string, or: number) =>
    search.has(name) && choices.includes(Number(get(name))) ? Number(get(name)) : or;
  const optimizer = oneOf(OPTIMIZERS, "optimizer", first.optimizer);
  const rate = Number(get("rate")), seed = Number(get("seed"));
  return {
    settings: {
      layers: search.has("layers") ? layersOf(get("layers")) : first.layers,
      activation: oneOf(ACTIVATIONS, "activation", first.activation),
      optimizer,
      learningRate: isRate(rate) ? rate : OPTIMIZERS[optimizer].learningRate,
      noise: among(NOISES, "noise", first.noise),
      batch: among(BATCHES, "batch", first.batch),
      images: among(IMAGES, "images", first.images),
      seed: isSeed(seed) ? seed : first.seed,
    },
    speed: oneOf(SPEEDS, "speed", FIRST_CHOICE.speed),
    backend: Object.hasOwn(BACKENDS, get("on")) ? get("on") as BrowserBackend : null,
  };
}

export function isRate(rate: number): boolean {
  return rate > 0 && Number.isFinite(rate);
}

export function isSeed(seed: number): boolean {
  return Number.isInteger(seed) && seed >= 1 && seed < 2 ** 31;
}

/** What the address has to say of a choice: all that is not as at first. */
export function searchOf({ settings, speed, backend }: PlayChoice): URLSearchParams {
  const first = FIRST_CHOICE.settings, search = new URLSearchParams();
  const say = (name: string, value: string | number, usual: string | number) => {
    if (value !== usual) search.set(name, String(value));
  };
  say("layers", layersText(settings.layers), layersText(first.layers));
  say("activation", settings.activation, first.activation);
  say("optimizer", settings.optimizer, first.optimizer);
  say("rate", settings.learningRate, OPTIMIZERS[settings.optimizer].learningRate);
  say("noise", settings.noise, first.noise);
  say("batch", settings.batch, first.batch);
  say("images", settings.images, first.images);
  say("seed", settings.seed, first.seed);
  say("speed", speed, FIRST_CHOICE.speed);
  say("on", backend ?? "", "");
  return search;
}
