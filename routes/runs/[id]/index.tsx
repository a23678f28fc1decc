/** One run. */
import { page, type PageProps } from "fresh";
import { runPath, useAddress } from "../../../components/site.tsx";
import { define, namesIn, notFound } from "../../../dashboard/define.ts";
import type { Library } from "../../../dashboard/library.ts";
import { runData } from "../../../dashboard/run_data.ts";
import RunView, { type RunViewProps } from "../../../islands/run_view.tsx";
import { isAskedToStop } from "../../../src/runs/stop_request.ts";

export const handler = define.handlers({
  async GET({ url, state }) {
    const [, id = ""] = namesIn(url), { library, token } = state, { store } = library;
    state.title = id;
    const row = await store.row(id), data = row && await runData(store, id, library.metrics(id));
    if (data === undefined) return notFound(`There is no run "${id}".`);
    const desk = {
      ...(token !== undefined && { token }),
      isStopping: row!.state === "running" && isAskedToStop(store.root, id),
    };
    return page<RunViewProps>({ data, desk });
  },
});

export async function paths({ store }: Library): Promise<readonly string[]> {
  return (await store.list()).map(({ id }) => runPath(id));
}

export default function RunPage({ data }: PageProps<RunViewProps>) {
  return (
    <>
      <link rel="stylesheet" href={useAddress()("/runs.css")} />
      <RunView {...data} />
    </>
  );
}
