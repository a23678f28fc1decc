/** Runs that were added to a comparison. */
import { choiceOf } from "../../components/compare/grouping.ts";
import { comparedRuns } from "../../dashboard/compare_data.ts";
import { type Handlers, json } from "../../dashboard/page.ts";

export const handler: Handlers = {
  async GET({ url, library }) {
    return json(await comparedRuns(library, choiceOf(url.searchParams).runs));
  },
};
