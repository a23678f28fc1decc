/** Names, tags and notes are changed here. */
import { answerChange, changeNotes } from "../dashboard/changes.ts";
import { define } from "../dashboard/define.ts";

export const handler = define.handlers({
  POST({ req, state: { library } }) {
    return answerChange(req, (asked) => changeNotes(library.store, asked));
  },
});
