/** A training is asked to end here. */
import { answerChange, stopRun } from "../dashboard/changes.ts";
import { define } from "../dashboard/define.ts";

export const handler = define.handlers({
  POST({ req, state: { library } }) {
    return answerChange(req, (asked) => stopRun(library.store, asked));
  },
});
