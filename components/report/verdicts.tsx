/** Verdicts as marks and words. */
import { type Verdict, type VerdictCounts, VERDICTS } from "../../experiments/reports/judged.ts";

export const MEANINGS: Readonly<Record<Verdict, string>> = {
  reproduced: "reproduced: where one more run of ours would lie",
  close: "close: its own uncertainty reaches ours",
  differs: "differs",
  undecided: "undecided: too few seeds",
  "not comparable": "not comparable",
  none: "no run yet",
  "other settings": "ours are of other settings",
};

/** The marks of the verdicts, with what they mean, or their names alone. */
export function VerdictKey(
  { counts, isShort = false }: { readonly counts?: VerdictCounts; readonly isShort?: boolean },
) {
  return (
    <ul class="verdict-key">
      {VERDICTS.filter((verdict) => counts === undefined || counts[verdict] > 0)
        .map((verdict) => (
          <li key={verdict}>
            <VerdictMark verdict={verdict} /> {counts !== undefined && <b>{counts[verdict]}</b>}{" "}
            {isShort ? verdict : MEANINGS[verdict]}
          </li>
        ))}
    </ul>
  );
}

/** A mark whose form differs, not only its colour. */
export function VerdictMark({ verdict }: { readonly verdict: Verdict }) {
  return <span class={`verdict verdict-${verdict.replace(" ", "-")}`} aria-hidden="true" />;
}

/** The tone of the verdict on a claim. */
export function answerOf(verdict: string): string {
  return verdict === "holds" || verdict === "fails" ? verdict : "open";
}
