/** Server-sent events. */
import { plainAnswer, Slots } from "./security.ts";

/** Streams that may be open at once, and how often an idle one says that it is alive. */
const MAX_STREAMS = 48, ALIVE_MS = 15_000;

const slots = new Slots(MAX_STREAMS);

/**
 * An answer that sends what `follow` yields, as JSON, until it ends or the reader goes away. The signal that `follow`
 * gets is aborted then.
 */
export function eventStream<T>(follow: (signal: AbortSignal) => AsyncIterable<T>): Response {
  const release = slots.take();
  if (release === undefined) return plainAnswer("Too many pages follow runs at once: close some", 503);
  const controller = new AbortController(), encoder = new TextEncoder();
  const stop = () => controller.abort();
  const body = new ReadableStream<Uint8Array>({
    async start(stream) {
      const send = (text: string) => {
        try {
          stream.enqueue(encoder.encode(text));
        } catch {
          stop(); // the reader has gone
        }
      };
      const alive = setInterval(() => send(": alive\n\n"), ALIVE_MS);
      try {
        send("retry: 1000\n\n");
        for await (const news of follow(controller.signal)) {
          if (controller.signal.aborted) break;
          send(`data: ${JSON.stringify(news)}\n\n`);
        }
      } catch (error) {
        console.error(error);
      } finally {
        clearInterval(alive);
        release();
        try {
          stream.close();
        } catch {
          // It was closed from the other side.
        }
      }
    },
    cancel: stop,
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
  });
}
