/** One run. */
import { page, type PageProps } from "fresh";
import { runPath } from "../../../components/site.tsx";
import type { RunData } from "../../../components/types.ts";
import { define, namesIn, notFound } from "../../../dashboard/define.ts";
import type { Library } from "../../../dashboard/library.ts";
import { runData } from "../../../dashboard/run_data.ts";
import RunView from "../../../islands/run_view.tsx";

export const handler = define.handlers({
  async GET({ url, state }) {
    const [, id = ""] = namesIn(url), { library } = state;
    state.title = id;
    const row = await library.store.row(id);
    const data = row && await runData(library.store, id, library.metrics(id));
    return data === undefined ? notFound(`There is no run "${id}".`) : page(data);
  },
});

export async function paths({ store }: Library): Promise<readonly string[]> {
  return (await store.list()).map(({ id }) => runPath(id));
}

export default function RunPage({ data }: PageProps<RunData>) {
  return <RunView data={data} />;
}
