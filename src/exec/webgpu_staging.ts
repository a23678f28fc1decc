/** Reading back: buffers that the host can map, taken in turn so that several reads can be under way. */
import { platform } from "../core/choose_platform.ts";
import { DescentError } from "../core/errors.ts";
import { roundUp } from "../core/tensor.ts";
import type { WebgpuDevice } from "./webgpu_device.ts";
import { BUFFER_USAGE, MAP_MODE_READ } from "./webgpu_flags.ts";

/** A part of a buffer on the device; offset and size in bytes, multiples of 4. */
export interface Span {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

/** Kept when no read is under way: while one is copied out, the next can be filled. */
const KEPT = 2;
/** And more, while they are small together: what reads a model's parameters at once does so again. */
const KEPT_BYTES = 2 ** 25;

/** Owns the staging buffers. They grow to the largest read; large ones beyond two exist only while they are in use. */
export class Staging {
  #free: GPUBuffer[] = [];
  readonly #busy = new Set<GPUBuffer>();
  /** Those that were mapped to the end before. */
  readonly #mapped = new WeakSet<GPUBuffer>();
  #isClosed = false;

  constructor(readonly gpu: WebgpuDevice) {}

  /** The bytes of the spans one after another, as they are after everything that was submitted before this call. */
  async read(spans: readonly Span[], what: string): Promise<ArrayBuffer> {
    const total = spans.reduce((sum, { size }) => sum + size, 0);
    const { device } = this.gpu, staging = this.#take(total);
    const encoder = device.createCommandEncoder();
    let at = 0;
    for (const { buffer, offset, size } of spans) {
      encoder.copyBufferToBuffer(buffer, offset, staging, at, size);
      at += size;
    }
    device.queue.submit([encoder.finish()]);
    let atOnce: ArrayBuffer | undefined;
    try {
      const mapping = this.#map(staging, total);
      if (platform().mapsWithinCall && this.#mapped.has(staging)) atOnce = mappedCopy(staging, total);
      if (atOnce === undefined) {
        await this.gpu.within(mapping, what);
        this.#mapped.add(staging);
        const bytes = staging.getMappedRange(0, total).slice(0);
        staging.unmap();
        return bytes;
      }
      mapping.catch(() => {});
      staging.unmap();
    } finally {
      this.#giveBack(staging);
    }
    // In it the device says what is wrong, if something is.
    await nextTurn();
    if (this.#isClosed) throw closedMeanwhile();
    return atOnce;
  }

  /** Maps for reading. Closing the program destroys the buffer meanwhile: no fault of the device. */
  async #map(staging: GPUBuffer, size: number): Promise<void> {
    const error: unknown = await staging.mapAsync(MAP_MODE_READ, 0, size).then(
      () => undefined,
      (error) => error,
    );
    if (this.#isClosed) throw closedMeanwhile();
    if (error !== undefined) throw error;
  }

  #take(size: number): GPUBuffer {
    // The smallest that will do: the largest come first.
    const found = this.#free.findLastIndex((buffer) => buffer.size >= size);
    const staging = found >= 0 ? this.#free.splice(found, 1)[0]! : this.gpu.device.createBuffer({
      label: "staging",
      size: roundUp(size, 256),
      usage: BUFFER_USAGE.mapRead | BUFFER_USAGE.copyDst,
    });
    this.#busy.add(staging);
    return staging;
  }

  /** Keeps the largest two, and all that are small together. */
  #giveBack(staging: GPUBuffer): void {
    // Closed meanwhile: `close` has destroyed it.
    if (!this.#busy.delete(staging)) return;
    let bytes = 0;
    const sorted = [...this.#free, staging].sort((a, b) => b.size - a.size);
    this.#free = sorted.filter((buffer, i) => (bytes += buffer.size) <= KEPT_BYTES || i < KEPT);
    for (const extra of sorted) if (!this.#free.includes(extra)) extra.destroy();
  }

  close(): void {
    this.#isClosed = true;
    for (const staging of [...this.#free, ...this.#busy]) staging.destroy();
    this.#free = [];
    this.#busy.clear();
  }
}

/** A copy of what is mapped; undefined where it is not mapped yet. */
function mappedCopy(staging: GPUBuffer, size: number): ArrayBuffer | undefined {
  try {
    return staging.getMappedRange(0, size).slice(0);
  } catch {
    return undefined;
  }
}

function closedMeanwhile(): DescentError {
  return new DescentError("This program was closed while it was being read");
}

/** A turn of the event loop: a message comes sooner than the shortest timer. */
function nextTurn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
