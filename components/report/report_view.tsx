/** A published report beside our runs. */
import { Command, RunLink } from "../parts.tsx";
import { Sheet } from "../run/run_files.tsx";
import { Link, runPath } from "../site.tsx";
import type {
  ReportCell,
  ReportClaim,
  ReportData,
  ReportFigure,
  ReportSection,
  ReportTable,
  Verdict,
  VerdictCounts,
} from "./report_types.ts";

const VERDICTS: Readonly<Record<Verdict, string>> = {
  reproduced: "reproduced: where a further run of ours would lie",
  close: "close: no further apart than images or seeds can tell",
  differs: "differs",
  "not comparable": "not comparable",
  none: "no run yet",
};

/** The marks of the verdicts, with what they mean. */
export function VerdictKey({ counts }: { readonly counts?: VerdictCounts }) {
  return (
    <ul class="verdict-key">
      {(Object.keys(VERDICTS) as Verdict[]).filter((verdict) => counts === undefined || counts[verdict] > 0)
        .map((verdict) => (
          <li key={verdict}>
            <VerdictMark verdict={verdict} />
            {counts !== undefined && <b>{counts[verdict]}</b>} {VERDICTS[verdict]}
          </li>
        ))}
    </ul>
  );
}

/** A mark whose form differs, not only its colour. */
function VerdictMark({ verdict }: { readonly verdict: Verdict }) {
  return <span class={`verdict verdict-${verdict.replace(" ", "-")}`} aria-hidden="true" />;
}

export function ReportView({ data, counts }: { readonly data: ReportData; readonly counts: VerdictCounts }) {
  return (
    <article>
      <header class="page-head">
        <p class="crumbs">
          <Link to="/reports">Reports</Link>
        </p>
        <h1>{data.title}: {data.subtitle}</h1>
        <p class="lead">{data.words}</p>
        <VerdictKey counts={counts} />
        <nav class="contents" aria-label="Sections">
          {data.sections.map(({ id, title }) => <a key={id} href={`#${id}`}>{title}</a>)}
        </nav>
      </header>
      {data.sections.map((section) => <SectionView key={section.id} section={section} />)}
    </article>
  );
}

function SectionView(
  { section: { id, title, words, tables, figures, claims, inconsistencies } }: {
    readonly section: ReportSection;
  },
) {
  return (
    <section id={id} class="report">
      <h2>{title}</h2>
      <p class="section-words">{words}</p>
      {tables.map((table, i) => <TableView key={i} table={table} />)}
      <section>
        <h3>Claims</h3>
        <ul class="claims">{claims.map((claim, i) => <ClaimView key={i} claim={claim} />)}</ul>
      </section>
      <section>
        <h3>Figures</h3>
        {figures.map((figure, i) => <FigureView key={i} figure={figure} />)}
      </section>
      <section>
        <h3>What does not fit together</h3>
        <dl class="slips">
          {inconsistencies.map(({ title, words }) => (
            <div key={title}>
              <dt>{title}</dt>
              <dd>{withCode(words)}</dd>
            </div>
          ))}
        </dl>
      </section>
    </section>
  );
}

/** Words between backticks are code. */
function withCode(text: string) {
  return text.split("`").map((part, i) => i % 2 === 1 ? <code key={i}>{part}</code> : part);
}

function TableView({ table: { place, title, columns, rows, command } }: { readonly table: ReportTable }) {
  const isEmpty = rows.every(({ cells }) => cells.every((cell) => cell === null || cell.ours === null));
  return (
    <div class="table-scroll">
      <table class="booktabs compared">
        <caption>
          <span class="place">{place}</span> {title}. <span class="quiet">Ours above, printed below.</span>
          {isEmpty && (
            <>
              <span class="start">
                No run yet: <Command text={command} />
              </span>
            </>
          )}
        </caption>
        <thead>
          <tr>
            <td />
            {columns.map((column) => <th scope="col" class="number" key={column}>{column}</th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ label, cells }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {cells.map((cell, i) => <td key={i} class="number">{cell && <CellView cell={cell} />}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CellView({ cell: { published, ours, verdict, why, runs } }: { readonly cell: ReportCell }) {
  const [newest] = runs;
  return (
    <span title={why}>
      <VerdictMark verdict={verdict} />
      {runs.length > 1 && <Link to={`/compare?${comparing(runs)}`} class="seeds">{`${runs.length}×`}</Link>}
      {" "}
      {ours === null || newest === undefined
        ? <span class="quiet">–</span>
        : <Link to={runPath(newest)} class="ours">{ours}</Link>}
      <span class="sr-only">{verdict !== "none" && `${VERDICTS[verdict]}. `}{why} Printed:</span>
      <br />
      <span class="quiet">{published}</span>
    </span>
  );
}

/** The runs of several seeds as one group. */
function comparing(runs: readonly string[]): string {
  return new URLSearchParams([...runs.map((id) => ["run", id]), ["by", "*"]]).toString();
}

function ClaimView({ claim: { words, parts, runs, command } }: { readonly claim: ReportClaim }) {
  return (
    <li>
      <p class="claim">{words}</p>
      {parts.length === 0 && (
        <p class="quiet">
          Not judged here{/no experiment/.test(words) ? "." : (
            <>
              : no run yet. <Command text={command} />
            </>
          )}
        </p>
      )}
      {parts.map((part, i) => (
        <p key={i} class="part">
          <b class={`answer answer-${answerOf(part.verdict)}`}>
            <bdi>{part.verdict}</bdi>
          </b>{" "}
          <bdi>{part.words !== "" && `${part.words}: `}{part.measured}</bdi>
        </p>
      ))}
      {runs.length > 0 && (
        <p class="quiet sources">
          from {runs.slice(0, 5).map((id, i) => (
            <>
              {i > 0 && ", "}
              <RunLink id={id} />
            </>
          ))}
          {runs.length > 5 && ` and ${runs.length - 5} more`}
        </p>
      )}
    </li>
  );
}

function answerOf(verdict: string): string {
  return /^holds/.test(verdict) ? "holds" : /^fails/.test(verdict) ? "fails" : "open";
}

function FigureView({ figure: { place, words, run, figures, command } }: { readonly figure: ReportFigure }) {
  return (
    <div class="report-figure">
      <div>
        <p class="place">{place}</p>
        <p>{words}</p>
        {run !== null && (
          <p class="quiet sources">
            Ours from <RunLink id={run} />
          </p>
        )}
      </div>
      {run === null
        ? (
          <p class="start">
            No run yet: <Command text={command} />
          </p>
        )
        : figures.length === 0
        ? <p class="quiet">That run has no such figure.</p>
        : (
          <div class="sheets small">
            {figures.map((one) => <Sheet key={one.name} id={run} figure={one} />)}
          </div>
        )}
    </div>
  );
}
