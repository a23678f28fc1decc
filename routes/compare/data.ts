/** Runs that were added to a comparison. */
import { choiceOf } from "../../components/compare/choice.ts";
import { comparedRuns } from "../../dashboard/compare_data.ts";
import { define, json } from "../../dashboard/define.ts";

export const handler = define.handlers({
  async GET({ url, state }) {
    return json(await comparedRuns(state.library, choiceOf(url.searchParams).runs));
  },
});
