/** Inside: plans and kernels. */
import { page, type PageProps } from "fresh";
import { BenchView } from "../components/inside/bench_view.tsx";
import type { BenchData } from "../components/inside/inside_types.ts";
import { StateMark } from "../components/parts.tsx";
import { Link, runPath } from "../components/site.tsx";
import type { RunRow } from "../components/types.ts";
import { benchData } from "../dashboard/bench.ts";
import { define } from "../dashboard/define.ts";

interface Data {
  readonly bench: BenchData;
  readonly runs: readonly RunRow[];
}

/** Runs that are listed: the newest of each experiment. */
const MAX_RUNS = 30;

export const handler = define.handlers({
  async GET({ state }) {
    const { store } = state.library;
    state.title = "Inside";
    const rows = (await store.list()).filter(({ experiment, isGroup }) => experiment !== "" && !isGroup);
    const newest = rows.filter(({ experiment }, i) =>
      rows.findIndex((row) => row.experiment === experiment) === i
    );
    return page<Data>({ bench: benchData(store.root), runs: newest.slice(0, MAX_RUNS) });
  },
});

export default function InsidePage({ data: { bench, runs } }: PageProps<Data>) {
  return (
    <article>
      <header class="page-head">
        <h1>Inside</h1>
        <p class="lead">
          A network becomes a plan before it trains: a list of kernel calls over buffers that never move. Here
          is what it is made of, and how fast its parts are.
        </p>
      </header>
      <section>
        <h2>Plans</h2>
        {runs.length === 0 ? <p>There is no run yet.</p> : (
          <ul class="toc">
            {runs.map(({ id, experiment, network, state }) => (
              <li key={id}>
                <Link to={`${runPath(id)}/inside`}>
                  <bdi>{experiment}</bdi>
                </Link>
                <span class="quiet">
                  <bdi>{network}</bdi>
                </span>{" "}
                {state !== "finished" && <StateMark state={state} />}
              </li>
            ))}
          </ul>
        )}
      </section>
      <section>
        <h2>Kernels</h2>
        <BenchView bench={bench} />
      </section>
    </article>
  );
}
