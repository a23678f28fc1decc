/** The Home page, anew whenever something happens to a run. */
import { define } from "../dashboard/define.ts";
import { eventStream } from "../dashboard/events.ts";
import { homeData } from "../dashboard/home.ts";
import { followList } from "../dashboard/live.ts";

export const handler = define.handlers({
  GET({ state: { library } }) {
    return eventStream(async function* (signal) {
      for await (const _ of followList(library, signal)) yield await homeData(library);
    });
  },
});
