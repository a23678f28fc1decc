/** A published report beside our runs: a page of the dashboard, and the document that `reproduce` writes. */
import { useContext } from "preact/hooks";
import {
  type JudgedClaim,
  type JudgedNumber,
  type JudgedReport,
  type JudgedSection,
  type JudgedTable,
  type Verdict,
  type VerdictCounts,
  VERDICTS,
} from "../../experiments/reports/judged.ts";
import {
  agreeing,
  cellsOf,
  claimDiffers,
  Contents,
  numberDiffers,
  sectionDiffers,
  tableDiffers,
} from "./report_contents.tsx";
import { Link } from "../site.tsx";
import { Below } from "./below.tsx";
import { FigureView } from "./report_figures.tsx";
import { PlacesContext, Run, withCode } from "./report_places.tsx";
import { answerOf, MEANINGS, VerdictKey, VerdictMark } from "./verdicts.tsx";

export function ReportView(
  { report, counts }: { readonly report: JudgedReport; readonly counts: VerdictCounts },
) {
  const { title, subtitle, words, changed, sections } = report;
  return (
    <article class="report-page">
      <header class="page-head">
        <Crumbs />
        <h1>{title}: {subtitle}</h1>
        <p class="lead">{words}</p>
        {changed !== undefined && <p class="lead">Ours are of {changed}: no verdict follows.</p>}
        <VerdictKey counts={counts} />
        <p class="quiet key-words">
          In tables, ours stand above (mean and standard deviation over seeds), what is printed below.
        </p>
      </header>
      <Contents sections={sections} />
      {sections.map((section) => <SectionView key={section.id} section={section} />)}
    </article>
  );
}

/** The way up, on the dashboard. */
function Crumbs() {
  if (useContext(PlacesContext) !== undefined) return null;
  return (
    <p class="crumbs">
      <Link to="/reports">Reports</Link>
    </p>
  );
}

function SectionView({ section }: { readonly section: JudgedSection }) {
  const { id, title, words, command, tables, figures, claims, inconsistencies, others } = section;
  return (
    <section id={id} class="report">
      <h2>{title}</h2>
      <div class="report-intro">
        <div>
          <p class="section-words">{withCode(words)}</p>
          <p class="quiet">
            All of its runs: <code>{command}</code>
          </p>
        </div>
        <VerdictKey counts={countsOf(section)} isShort />
      </div>
      {!sectionDiffers(section) && <p class="nothing-differs">Nothing differs here.</p>}
      <div class="report-tables">
        {tables.map((table) => <TableView key={table.name} table={table} />)}
      </div>
      {claims.length > 0 && (
        <section class={agreeing(claims.some(claimDiffers))}>
          <h3>Claims</h3>
          <ul class="claims">{claims.map((claim) => <ClaimView key={claim.id} claim={claim} />)}</ul>
        </section>
      )}
      {figures.length > 0 && (
        <section class="agrees">
          <h3>Figures</h3>
          <div class="report-figures">
            {figures.map((figure) => <FigureView key={figure.id} figure={figure} />)}
          </div>
        </section>
      )}
      <section class="agrees">
        <h3>What does not fit together</h3>
        <dl class="slips">
          {inconsistencies.map(({ id, title, words }) => (
            <div key={id}>
              <dt>{title}</dt>
              <dd>{withCode(words)}</dd>
            </div>
          ))}
        </dl>
      </section>
      {others.length > 0 && (
        <details class="agrees">
          <summary>Runs that answer nothing here ({others.length})</summary>
          <ul>
            {others.map(({ run, why }) => (
              <li key={run}>
                <Run id={run} /> <bdi>{why}</bdi>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/** How many of a section's numbers have which verdict. */
function countsOf({ tables }: JudgedSection): VerdictCounts {
  const verdicts = tables.flatMap(cellsOf).map(({ verdict }) => verdict);
  const counts = VERDICTS.map((one) => [one, verdicts.filter((verdict) => verdict === one).length] as const);
  return Object.fromEntries(counts) as Record<Verdict, number>;
}

/** Of more columns than this, two tables do not stand beside each other. */
const FEW_COLUMNS = 3;

function TableView({ table }: { readonly table: JudgedTable }) {
  const { place, title, columns, rows } = table;
  const width = columns.length > FEW_COLUMNS ? "many-columns" : "";
  return (
    <div class={`${width} ${agreeing(tableDiffers(table))}`}>
      <div class="table-scroll">
        <table class="booktabs compared">
          <caption>
            <span class="caption-words">
              <span class="place">{place}</span> {title}
            </span>
          </caption>
          <thead>
            <tr>
              <td />
              {columns.map((column) => <th scope="col" class="number" key={column}>{column}</th>)}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ label, cells }) => (
              <tr
                key={label}
                class={agreeing(cells.some((cell) => cell !== null && numberDiffers(cell)))}
              >
                <th scope="row">{label}</th>
                {cells.map((cell, i) => (
                  <td key={i} class={`number${cell && !numberDiffers(cell) ? " cell-agrees" : ""}`}>
                    {cell && <CellView cell={cell} />}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Below ids={numberIds(table)} />
    </div>
  );
}

/** Ids of the numbers of a table. */
function numberIds({ rows }: JudgedTable): readonly string[] {
  return rows.flatMap(({ cells }) => cells.flatMap((cell) => cell?.id ?? []));
}

function CellView({ cell }: { readonly cell: JudgedNumber }) {
  const { published, ours, sd, verdict, why, doubt, runs, values } = cell;
  const [newest] = runs;
  const told = doubt === undefined ? why : `${why} ${doubt}`;
  return (
    <span title={told}>
      <VerdictMark verdict={verdict} />
      {values.length > 1 && <Seeds runs={runs} />} {ours === null || newest === undefined
        ? <span class="quiet">–</span>
        : <Run id={newest}>{sd === undefined ? ours : `${ours} ± ${sd}`}</Run>}
      <span class="sr-only">{MEANINGS[verdict]}. {told} Printed:</span>
      <br />
      <span class="quiet">{published}{doubt === undefined ? "" : " *"}</span>
    </span>
  );
}

/** How many runs; on the dashboard they lie beside each other. */
function Seeds({ runs }: { readonly runs: readonly string[] }) {
  const text = `${runs.length}×`;
  if (useContext(PlacesContext) !== undefined) return <span class="seeds">{text}</span>;
  const search = new URLSearchParams([...runs.map((id) => ["run", id]), ["by", "*"]]);
  return <Link to={`/compare?${search}`} class="seeds">{text}</Link>;
}

function ClaimView({ claim }: { readonly claim: JudgedClaim }) {
  const { id, words, verdict, why, parts, runs } = claim;
  return (
    <li id={id} class={agreeing(claimDiffers(claim))}>
      <p class="claim">
        <b class={`answer answer-${answerOf(verdict)}`}>{verdict}</b> <span class="place">{id}</span> {words}
      </p>
      {why !== undefined && <p class="part">{why}</p>}
      {parts.map((part, i) => (
        <p key={i} class="part">
          <b class={`answer answer-${answerOf(part.verdict)}`}>{part.verdict}</b> <bdi>{part.words}</bdi>
          {part.measured !== "" && <bdi>: {part.measured}</bdi>}
          {part.seeds > 0 && (
            <span class="quiet">{` (${part.seeds === 1 ? "one run" : `${part.seeds} seeds`})`}</span>
          )}
        </p>
      ))}
      {runs.length > 0 && (
        <p class="quiet sources">
          from {runs.slice(0, 5).map((run, i) => (
            <>
              {i > 0 && ", "}
              <Run id={run} />
            </>
          ))}
          {runs.length > 5 && ` and ${runs.length - 5} more`}
        </p>
      )}
      <Below ids={[id]} />
    </li>
  );
}
