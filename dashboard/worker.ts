/** The server, in a worker of its own: `main.ts` gives it the permissions that it needs. */
import { createDashboard } from "./app.ts";
import { homeData } from "./home.ts";
import { causeOf } from "../src/core/errors.ts";

interface Asked {
  readonly port: number;
  /** The whole path. */
  readonly runs: string;
  /** As it was given. */
  readonly shown: string;
  readonly readOnly: boolean;
}

self.onmessage = async ({ data: { port, runs, shown, readOnly } }: MessageEvent<Asked>) => {
  try {
    const { app, library } = await createDashboard({ runs, shown, readOnly });
    await homeData(library); // so that the first page need not wait for the runs to be read
    Deno.serve({
      port,
      hostname: "127.0.0.1",
      automaticCompression: true,
      onListen: (address) => self.postMessage({ url: `http://127.0.0.1:${address.port}/` }),
    }, app.fetch);
  } catch (error) {
    const problem = error instanceof Deno.errors.AddrInUse
      ? `Cannot listen on port ${port}: something else does; choose another with --port N`
      : `Cannot show the runs of ${shown}: ${causeOf(error)}`;
    self.postMessage({ problem });
  }
};
