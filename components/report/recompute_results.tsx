/** The reader's own numbers beside ours and the report's. */
import type {
  DrawnPicture,
  JudgedClaim,
  JudgedNumber,
  Recomputed,
} from "../../experiments/reports/judged.ts";
import type { RecomputeTarget } from "./recompute_types.ts";
import { answerOf, VerdictMark } from "./verdicts.tsx";

export function Results(
  { target, recomputed }: { readonly target: RecomputeTarget; readonly recomputed: Recomputed },
) {
  const { numbers, claim, ids } = target;
  const yours = claim && recomputed.claims[claim.id];
  const pictures = ids.flatMap((id) => recomputed.figures[id] ?? []);
  return (
    <>
      {numbers.length > 0 && <NumbersTable numbers={numbers} yours={recomputed.numbers} />}
      {claim && yours && <ClaimResult ours={claim.verdict} yours={yours} />}
      {pictures.length > 0 && <Pictures pictures={pictures} words="yours" />}
    </>
  );
}

function NumbersTable(
  { numbers, yours }: {
    readonly numbers: RecomputeTarget["numbers"];
    readonly yours: Recomputed["numbers"];
  },
) {
  return (
    <div class="table-scroll">
      <table class="booktabs recomputed">
        <thead>
          <tr>
            <th scope="col">Number</th>
            <th scope="col" class="number">Report</th>
            <th scope="col" class="number">Ours</th>
            <th scope="col" class="number">Yours</th>
            <th scope="col">Yours beside the report’s</th>
          </tr>
        </thead>
        <tbody>
          {numbers.map((ours) => <NumberRow key={ours.id} ours={ours} yours={yours[ours.id]} />)}
        </tbody>
      </table>
    </div>
  );
}

function NumberRow(
  { ours, yours }: {
    readonly ours: RecomputeTarget["numbers"][number];
    readonly yours: JudgedNumber | undefined;
  },
) {
  const same = yours !== undefined && yours.values.length > 0 &&
    yours.values.every((value) => ours.values.includes(value));
  return (
    <tr>
      <th scope="row">{ours.words}</th>
      <td class="number">{ours.published}</td>
      <td class="number">{withSpread(ours)}</td>
      <td class="number yours" data-value={yours?.values.join(" ")}>
        {yours === undefined ? "–" : withSpread(yours)}
      </td>
      <td>
        {yours !== undefined && (
          <span>
            <VerdictMark verdict={yours.verdict} /> {wordsOf(yours)} {same && (
              <span class="quiet">
                {yours.values.length === 1 ? "The very number of one of ours." : "The very numbers of ours."}
              </span>
            )}
          </span>
        )}
      </td>
    </tr>
  );
}

function withSpread({ ours, sd }: Pick<JudgedNumber, "ours" | "sd">): string {
  return ours === null ? "–" : sd === undefined ? ours : `${ours} ± ${sd}`;
}

/** The verdict and why, as the judge has it. */
function wordsOf({ verdict, why }: JudgedNumber): string {
  return verdict === "other settings" ? "shortened: says nothing for or against." : `${verdict}. ${why}`;
}

function ClaimResult({ ours, yours }: { readonly ours: string; readonly yours: JudgedClaim }) {
  const { verdict, parts } = yours, isCut = verdict === "other settings";
  return (
    <div class="recomputed-claim">
      <p>
        Ours: <b class={`answer answer-${answerOf(ours)}`}>{ours}</b>. Yours:{" "}
        <b class={`answer yours answer-${answerOf(verdict)}`}>{isCut ? "shortened" : verdict}</b>
        {isCut && <span class="quiet">, which says nothing for or against</span>}
      </p>
      {parts.map((part, i) => (
        <p key={i} class="part">
          <b class={`answer answer-${answerOf(part.verdict)}`}>{isCut ? "shortened" : part.verdict}</b>{" "}
          {part.words}
          {part.measured !== "" && `: ${part.measured}`}
          {part.seeds > 0 && (
            <span class="quiet">{` (${part.seeds === 1 ? "one run" : `${part.seeds} seeds`})`}</span>
          )}
        </p>
      ))}
    </div>
  );
}

/** Pictures as they are drawn. */
export function Pictures(
  { pictures, words }: { readonly pictures: readonly DrawnPicture[]; readonly words: string },
) {
  return (
    <div class="sheets small">
      {pictures.map(({ name, svg }) => (
        <figure class="sheet" key={name}>
          <img
            src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`}
            alt={`${name.replaceAll("_", " ")}, ${words}`}
          />
          <figcaption>{name.replaceAll("_", " ")}, {words}</figcaption>
        </figure>
      ))}
    </div>
  );
}
