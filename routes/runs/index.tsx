/** All runs, and everything else that lies in their folder. */
import { page, type PageProps } from "fresh";
import { Command } from "../../components/parts.tsx";
import { RunTable } from "../../components/run/run_table.tsx";
import { countOf } from "../../components/run/run_words.ts";
import type { RunRow } from "../../components/types.ts";
import { define } from "../../dashboard/define.ts";

export const handler = define.handlers({
  async GET({ state }) {
    state.title = "Runs";
    return page(await state.library.store.list());
  },
});

export default function RunsPage({ data }: PageProps<readonly RunRow[]>) {
  return (
    <article>
      <header class="page-head">
        <h1>Runs</h1>
        <p class="lead">
          {data.length === 0
            ? (
              <>
                There is none yet. <Command text="deno task q1-adam" /> makes the first in seconds.
              </>
            )
            : `${countOf(data.length, "run")}, the newest first.`}
        </p>
      </header>
      {data.length > 0 && <RunTable rows={data} caption="All runs" />}
    </article>
  );
}
