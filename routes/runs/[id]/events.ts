/** What happens to a run, as it happens. */
import { define, namesIn, notFound } from "../../../dashboard/define.ts";
import { eventStream } from "../../../dashboard/events.ts";
import { followRun } from "../../../dashboard/live.ts";

export const handler = define.handlers({
  async GET({ url, state: { library } }) {
    const [, id = ""] = namesIn(url);
    if (await library.store.row(id) === undefined) return notFound(`There is no run "${id}".`);
    const asked = Number(url.searchParams.get("lines") ?? 0),
      lines = Number.isSafeInteger(asked) && asked > 0 ? asked : 0;
    return eventStream((signal) => followRun(library, id, { lines, signal }));
  },
});
