/** All runs, and everything else that lies in their folder. */
import { Command } from "../../components/parts.tsx";
import { RunTable } from "../../components/run/run_table.tsx";
import { countOf } from "../../components/run/run_words.ts";
import type { RunRow } from "../../components/types.ts";
import type { Handlers, PageProps } from "../../dashboard/page.ts";

export const handler: Handlers<readonly RunRow[]> = {
  async GET({ library }) {
    return { data: await library.store.list() };
  },
};

export const title = "Runs";

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
