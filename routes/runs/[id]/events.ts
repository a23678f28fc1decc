/** What happens to a run, as it happens. */
import { eventStream } from "../../../dashboard/events.ts";
import { followRun } from "../../../dashboard/live.ts";
import { type Handlers, notFound } from "../../../dashboard/page.ts";

export const handler: Handlers = {
  async GET({ params: { id = "" }, url, library }) {
    if (await library.store.row(id) === undefined) return notFound(`There is no run "${id}".`);
    const asked = Number(url.searchParams.get("lines") ?? 0),
      lines = Number.isSafeInteger(asked) && asked > 0 ? asked : 0;
    return eventStream((signal) => followRun(library, id, { lines, signal }));
  },
};
