/** A published report beside our runs: a page of the dashboard, and the document that `reproduce` writes. */
import { useContext } from "preact/hooks";
import { createContext, Fragment } from "preact";
import type {
  JudgedClaim,
  JudgedFigure,
  JudgedNumber,
  JudgedPicture,
  JudgedReport,
  JudgedSection,
  JudgedTable,
  VerdictCounts,
} from "../../experiments/reports/judged.ts";
import { filePath, Link, runPath, useAddress } from "../site.tsx";
import { Below } from "./below.tsx";
import { answerOf, MEANINGS, VerdictKey, VerdictMark } from "./verdicts.tsx";

/** Where pictures and runs are, other than on the dashboard's pages. */
export interface Places {
  /** Address of a picture, for `src`. */
  picture(picture: JudgedPicture): string;
  /** Address of a run. */
  run(id: string): string;
}

export const PlacesContext = createContext<Places | undefined>(undefined);

export function ReportView(
  { report, counts }: { readonly report: JudgedReport; readonly counts: VerdictCounts },
) {
  const { title, subtitle, words, changed, sections } = report;
  return (
    <article>
      <header class="page-head">
        <Crumbs />
        <h1>{title}: {subtitle}</h1>
        <p class="lead">{words}</p>
        {changed !== undefined && <p class="lead">Ours are of {changed}: no verdict follows.</p>}
        <VerdictKey counts={counts} />
        <nav class="contents" aria-label="Sections">
          {sections.map((section) => <a key={section.id} href={`#${section.id}`}>{section.title}</a>)}
        </nav>
      </header>
      {sections.map((section) => <SectionView key={section.id} section={section} />)}
    </article>
  );
}

/** Ids of the numbers of a table. */
export function numberIds({ rows }: JudgedTable): readonly string[] {
  return rows.flatMap(({ cells }) => cells.flatMap((cell) => cell?.id ?? []));
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
      <p class="section-words">{withCode(words)}</p>
      <p class="quiet">
        All of its runs: <code>{command}</code>
      </p>
      {tables.map((table) => (
        <Fragment key={table.name}>
          <TableView table={table} />
          <Below ids={numberIds(table)} />
        </Fragment>
      ))}
      {claims.length > 0 && (
        <section>
          <h3>Claims</h3>
          <ul class="claims">{claims.map((claim) => <ClaimView key={claim.id} claim={claim} />)}</ul>
        </section>
      )}
      {figures.length > 0 && (
        <section>
          <h3>Figures</h3>
          {figures.map((figure) => <FigureView key={figure.id} figure={figure} />)}
        </section>
      )}
      <section>
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
        <details>
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

/** A link to a run. */
function Run({ id, children }: { readonly id: string; readonly children?: string }) {
  const places = useContext(PlacesContext);
  return places === undefined
    ? <Link to={runPath(id)}>{children ?? id}</Link>
    : <a href={places.run(id)}>{children ?? id}</a>;
}

/** Words between backticks are code. */
function withCode(text: string) {
  return text.split("`").map((part, i) => i % 2 === 1 ? <code key={i}>{part}</code> : part);
}

function TableView({ table: { place, title, columns, rows } }: { readonly table: JudgedTable }) {
  return (
    <div class="table-scroll">
      <table class="booktabs compared">
        <caption>
          <span class="place">{place}</span> {title}.{" "}
          <span class="quiet">Ours above (mean and standard deviation over seeds), printed below.</span>
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

function ClaimView({ claim: { id, words, verdict, why, parts, runs } }: { readonly claim: JudgedClaim }) {
  return (
    <li id={id}>
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

function FigureView({ figure: { id, place, words, pictures, runs } }: { readonly figure: JudgedFigure }) {
  const [run] = runs;
  return (
    <div class="report-figure" id={id}>
      <div>
        <p class="place">{place}</p>
        <p>{withCode(words)}</p>
        {run !== undefined && (
          <p class="quiet sources">
            Ours from <Run id={run} />
            {runs.length > 1 && ` and ${runs.length - 1} more`}
          </p>
        )}
      </div>
      {pictures.length === 0 ? <p class="quiet">No run with this figure yet.</p> : (
        <div class="sheets small">
          {pictures.map((picture) => <PictureView key={picture.name} picture={picture} title={place} />)}
        </div>
      )}
      <Below ids={[id]} />
    </div>
  );
}

function PictureView({ picture, title }: { readonly picture: JudgedPicture; readonly title: string }) {
  const places = useContext(PlacesContext);
  const address = useAddress();
  const { name, run } = picture;
  const source = places?.picture(picture) ??
    (run === null ? "" : address(filePath(run, `figures/${name}.png`)));
  const words = name.replaceAll("_", " ");
  const image = <img src={source} alt={`${title}, ours: ${words}`} loading="lazy" decoding="async" />;
  return (
    <figure class="sheet">
      {places !== undefined || run === null
        ? image
        : (
          <a href={address(filePath(run, `figures/${name}.svg`))} aria-label={`${words}, on its own`}>
            {image}
          </a>
        )}
      <figcaption>
        <bdi>{words}</bdi>
      </figcaption>
    </figure>
  );
}
