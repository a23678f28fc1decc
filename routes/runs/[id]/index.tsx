/** One run. */
import { Island } from "../../../components/island.tsx";
import { runPath } from "../../../components/site.tsx";
import type { RunData } from "../../../components/types.ts";
import { type Handlers, notFound, type PageProps } from "../../../dashboard/page.ts";
import type { Library } from "../../../dashboard/library.ts";
import { runData } from "../../../dashboard/run_data.ts";
import runView from "../../../islands/run_view.tsx";

export const handler: Handlers<RunData> = {
  async GET({ params: { id = "" }, library }) {
    const row = await library.store.row(id);
    const data = row && await runData(library.store, id, library.metrics(id));
    return data === undefined ? notFound(`There is no run "${id}".`) : { data };
  },
};

export const title = ({ data: { row } }: PageProps<RunData>) => row.id;

export async function paths({ store }: Library): Promise<readonly string[]> {
  return (await store.list()).map(({ id }) => runPath(id));
}

export default function RunPage({ data }: PageProps<RunData>) {
  return <Island of={runView} props={{ data }} />;
}
