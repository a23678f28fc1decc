/** The bar of a report's page that stays in sight: its sections, and whether all is shown or what differs alone. */
import type {
  JudgedClaim,
  JudgedNumber,
  JudgedReport,
  JudgedSection,
  JudgedTable,
} from "../../experiments/reports/judged.ts";
import { countOf } from "../run/run_words.ts";

/** Without scripts: style sheets see whether the box is ticked, and hide what is of the class `agrees`. */
export function Contents({ sections }: Pick<JudgedReport, "sections">) {
  const numbers = sections.flatMap(({ tables }) => tables.flatMap(cellsOf)).filter(numberDiffers).length;
  const claims = sections.flatMap(({ claims }) => claims).filter(claimDiffers).length;
  return (
    <div class="contents">
      <nav aria-label="Sections">
        {sections.map(({ id, title }) => <a key={id} href={`#${id}`}>{title}</a>)}
      </nav>
      <label class="only-differs" title={`${countOf(numbers, "number")}, ${countOf(claims, "claim")}`}>
        <input type="checkbox" autocomplete="off" /> only what differs
      </label>
    </div>
  );
}

export function numberDiffers({ verdict }: JudgedNumber): boolean {
  return verdict === "differs";
}

export function claimDiffers({ verdict }: JudgedClaim): boolean {
  return verdict === "fails" || verdict === "mixed";
}

export function tableDiffers(table: JudgedTable): boolean {
  return cellsOf(table).some(numberDiffers);
}

export function sectionDiffers({ tables, claims }: JudgedSection): boolean {
  return tables.some(tableDiffers) || claims.some(claimDiffers);
}

/** The class of what is hidden where only what differs is shown. */
export function agreeing(differs: boolean): string {
  return differs ? "" : "agrees";
}

export function cellsOf({ rows }: JudgedTable): readonly JudgedNumber[] {
  return rows.flatMap(({ cells }) => cells.filter((cell) => cell !== null));
}
