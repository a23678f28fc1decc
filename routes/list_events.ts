/** The list of runs as it changes. */
import { define } from "../dashboard/define.ts";
import { eventStream } from "../dashboard/events.ts";
import { followRuns } from "../dashboard/runs_data.ts";

export const handler = define.handlers({
  GET({ state: { library } }) {
    return eventStream((signal) => followRuns(library, signal));
  },
});
