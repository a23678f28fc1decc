/** The page of a run. While it trains, the page follows it. */
import { useSignal } from "@preact/signals";
import { useContext, useEffect } from "preact/hooks";
import { useAlive } from "../components/alive.ts";
import { appendLines } from "../components/chart/append.ts";
import { capital, inWords } from "../components/format.ts";
import { listen } from "../components/run/news.ts";
import { Pairs } from "../components/parts.tsx";
import { StageCurves } from "../components/run/run_curves.tsx";
import { Figures, Files } from "../components/run/run_files.tsx";
import { RunHead } from "../components/run/run_head.tsx";
import { Confusions, ReportDifferences, Scores, TextTables } from "../components/run/run_results.tsx";
import { Desk, type DeskData } from "../components/runs/desk.tsx";
import { ruleFor, stageEnd } from "../components/run/run_words.ts";
import { Link, runPath, SiteContext } from "../components/site.tsx";
import type { RunData, RunNews } from "../components/types.ts";

export interface RunViewProps {
  readonly data: RunData;
  readonly desk: DeskData;
}

export default function RunView(props: RunViewProps) {
  const data = useSignal(props.data), site = useContext(SiteContext), alive = useAlive();
  useEffect(() => {
    const { state } = data.peek().row;
    if (site.root !== undefined || (state !== "running" && state !== "unknown")) return;
    return listen<RunNews>(
      () => `${runPath(props.data.row.id)}/events?lines=${data.peek().lines}`,
      (news) => {
        data.value = withNews(data.peek(), news);
        return news.kind !== "end";
      },
    );
  }, []);
  const { row, stages, scores, confusions, tables, figures, settings, environment, files, moreFiles } =
    data.value;
  const cells = tables.flatMap(({ runs }) => runs ?? []).filter((id) => id !== null);
  return (
    <article class="run" {...alive}>
      <RunHead data={data.value} />
      <Desk row={row} desk={props.desk} />
      {stages.map((stage, i) => (
        <section key={stage.name ?? i} aria-label={stage.name ?? "Curves"}>
          {stages.length > 1 && (
            <>
              <h2>
                <bdi>{capital(inWords(stage.name ?? `part ${i + 1}`))}</bdi>
              </h2>
              <p class="section-words">{stageEnd(stage, ruleFor(data.value, stage))}</p>
            </>
          )}
          <StageCurves id={row.id} stage={stage} rule={ruleFor(data.value, stage)} />
        </section>
      ))}
      {scores.length + confusions.length > 0 && (
        <section>
          <h2>Results</h2>
          <div class="columns">
            <div>
              <Scores tables={scores} />
            </div>
            {confusions.length > 0 && (
              <div>
                <Confusions confusions={confusions} />
              </div>
            )}
          </div>
        </section>
      )}
      {tables.length > 0 && (
        <section>
          <h2>Tables</h2>
          <TextTables tables={tables} />
          {cells.length > 1 && (
            <p>
              <Link to={comparePath(cells)}>Compare these {cells.length} trainings</Link>
            </p>
          )}
        </section>
      )}
      {figures.length > 0 && (
        <section>
          <h2>Figures</h2>
          <Figures id={row.id} figures={figures} />
        </section>
      )}
      <section>
        <h2>How it was made</h2>
        <ReportDifferences differences={data.value.differences} />
        <div class="columns">
          {settings.length > 0 && (
            <div>
              <h3>Settings</h3>
              <Pairs pairs={settings} />
            </div>
          )}
          {environment.length > 0 && (
            <div>
              <h3>Environment</h3>
              <Pairs pairs={environment} />
            </div>
          )}
        </div>
        <p>
          <Link to={`${runPath(row.id)}/inside`}>Look inside: layers, buffers and calls</Link>
        </p>
      </section>
      <section>
        <h2>Files</h2>
        <Files id={row.id} files={files} more={moreFiles} />
      </section>
    </article>
  );
}

/** No more than fit into an address. */
const MAX_COMPARED = 40;

function comparePath(ids: readonly string[]): string {
  return `/compare?${new URLSearchParams(ids.slice(0, MAX_COMPARED).map((id) => ["run", id]))}`;
}

function withNews(data: RunData, news: RunNews): RunData {
  switch (news.kind) {
    case "lines":
      return { ...data, lines: news.lines, stages: appendLines(data.stages, news.appended) };
    case "curves":
      return { ...data, lines: news.lines, stages: news.stages };
    case "run":
    case "end":
      return { ...news.data, stages: data.stages };
    default:
      return news satisfies never;
  }
}
