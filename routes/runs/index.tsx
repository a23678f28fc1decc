/** All runs, and everything else that lies in their folder. */
import { page, type PageProps } from "fresh";
import { useAddress } from "../../components/site.tsx";
import { define } from "../../dashboard/define.ts";
import { runsData } from "../../dashboard/runs_data.ts";
import RunsView, { type RunsViewProps } from "../../islands/runs_view.tsx";

export const handler = define.handlers({
  async GET({ url, state }) {
    const { library, token } = state;
    state.title = "Runs";
    return page<RunsViewProps>({
      data: await runsData(library),
      search: url.searchParams.toString(),
      ...(token !== undefined && { token }),
    });
  },
});

export default function RunsPage({ data }: PageProps<RunsViewProps>) {
  return (
    <article>
      <link rel="stylesheet" href={useAddress()("/runs.css")} />
      <RunsView {...data} />
    </article>
  );
}
