/** The Home page, anew whenever something happens to a run. */
import { eventStream } from "../dashboard/events.ts";
import { homeData } from "../dashboard/home.ts";
import { followList } from "../dashboard/live.ts";
import type { Handlers } from "../dashboard/page.ts";

export const handler: Handlers = {
  GET({ library }) {
    return eventStream(async function* (signal) {
      for await (const _ of followList(library, signal)) yield await homeData(library);
    });
  },
};
