/** The same `routes/` and `islands/`, served by Fresh 2 itself; `deno.fresh.json` builds and starts it. */
import { App, HttpError, staticFiles } from "fresh";
import type { State } from "../dashboard/define.ts";
import { Library } from "../dashboard/library.ts";
import { guard } from "../dashboard/security.ts";

const shown = Deno.env.get("RUNS") ?? "runs", library = new Library(shown);

export const app = new App<State>().use(staticFiles()).use((context) => {
  Object.assign(context.state, { library, shown, site: {} });
  return context.next().catch((error) => {
    if (!(error instanceof HttpError)) console.error(error);
    throw error;
  });
}).fsRoutes();

// Pages of errors pass no middleware: only what wraps the whole sees every answer.
const handler = app.handler.bind(app);
// Here it only reads: without a token nothing can be changed.
app.handler = () => guard(handler());
