/** The open device and its health: errors that WebGPU reports late or silently become `DescentError`s. */
import { DescentError, DeviceLostError } from "../core/errors.ts";
import { oneLine } from "./webgpu_adapter.ts";

const FILTERS = ["validation", "out-of-memory", "internal"] as const;

/** Owns the device. After a failure or `close()` every later use throws the same sentence. */
export class WebgpuDevice {
  #failure: DescentError | undefined;

  constructor(
    readonly device: GPUDevice,
    readonly name: string,
    readonly watchdogMs: number,
  ) {
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.fail(`reported an error: ${oneLine((event as GPUUncapturedErrorEvent).error)}`);
    });
    // Some versions of Deno leave `lost` undefined; then the watchdog is what notices.
    (device.lost as Promise<GPUDeviceLostInfo> | undefined)?.then(({ message }) => {
      this.fail(`was lost: ${oneLine(message)}`);
    });
  }

  /** Makes the device unusable, with the reason that every later call gives. Returns that of the first failure. */
  fail(what: string): DescentError {
    this.#failure ??= new DeviceLostError(
      `The WebGPU device ${this.name} ${what}; go on from the last checkpoint with a new one`,
    );
    return this.#failure;
  }

  /** Throws when the device has failed or is closed. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Runs `action`, and resolves with the text of the first error that it caused on the device, if any. */
  async scoped(action: () => void): Promise<string | undefined> {
    this.check();
    for (const filter of FILTERS) this.device.pushErrorScope(filter);
    let results: readonly Promise<GPUError | null>[] = [];
    try {
      action();
    } finally {
      results = FILTERS.map(() => this.device.popErrorScope());
    }
    const errors = await Promise.all(results).catch((error) => {
      throw this.fail(`was lost: ${oneLine(error)}`);
    });
    const error = errors.find((found) => found !== null);
    return error === undefined ? undefined : oneLine(error);
  }

  /** As `scoped`, but throws `what: error`. */
  async scopedOrThrow(what: () => string, action: () => void): Promise<void> {
    const error = await this.scoped(action);
    if (error !== undefined) throw new DescentError(`${what()}: ${error}`);
  }

  /** Waits for work on the device; fails it when the watchdog's time passes first. */
  async within(work: Promise<void>, what: string): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watchdog = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(this.fail(`did not finish ${what} within ${this.watchdogMs / 1000} s`)),
        this.watchdogMs,
      );
    });
    try {
      await Promise.race([work, watchdog]);
    } catch (error) {
      if (error instanceof DescentError) throw error;
      // Why comes a turn of the event loop later, if the device was lost.
      await new Promise((resolve) => setTimeout(resolve, 0));
      this.check();
      throw this.fail(`did not finish ${what}: ${oneLine(error)}`);
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#failure ??= new DescentError("This WebGPU executor is closed: make another with webgpuExecutor()");
    this.device.destroy();
  }
}
