/** PNG files drawn in a thread of its own, which gets ready while others read images and train. */
import { DescentError } from "../../src/core/errors.ts";

/** What the thread answers to the text of an SVG: the file, or why there is none. */
export type PngAnswer = { readonly png: Uint8Array } | { readonly message: string };

/** Owns the thread. */
export interface PngDrawer extends Disposable {
  /** The same bytes as `toPng`, in the order in which they are asked for. */
  draw(svg: string): Promise<Uint8Array>;
}

/** Starts the thread; end it when no more figures are wanted. */
export function openPngDrawer(): PngDrawer {
  const worker = new Worker(import.meta.resolve("./png_worker.ts"), { type: "module" });
  const waiting: PromiseWithResolvers<Uint8Array>[] = [];
  let broken: DescentError | undefined;
  worker.onmessage = ({ data }: MessageEvent<PngAnswer>) => {
    const asked = waiting.shift();
    if ("png" in data) asked?.resolve(data.png);
    else asked?.reject(new DescentError(data.message));
  };
  worker.onerror = (event) => {
    event.preventDefault();
    broken = new DescentError(`The thread that draws PNG files ended: ${event.message}`);
    for (const { reject } of waiting.splice(0)) reject(broken);
  };
  return {
    draw(svg) {
      if (broken !== undefined) return Promise.reject(broken);
      const asked = Promise.withResolvers<Uint8Array>();
      waiting.push(asked);
      worker.postMessage(svg);
      return asked.promise;
    },
    [Symbol.dispose]: () => worker.terminate(),
  };
}
