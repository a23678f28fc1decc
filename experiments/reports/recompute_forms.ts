/** What a reader can have trained for an item: as declared, one of its seeds, or shortened where that takes long. */
import { planCells } from "../lab/cells.ts";
import { experimentNamed } from "../registry.ts";
import type { ClaimItem, FigureItem, NumberItem } from "./item.ts";
import type { RecomputeForm } from "./judged.ts";
import type { Changed } from "./wanted.ts";
import { cellsOf, DEFAULT_SEEDS } from "./wanted_cells.ts";

type Item = NumberItem | FigureItem | ClaimItem;

/** One seed of what takes longer is offered shortened first, to about so many minutes. */
const LONG_MINUTES = 2, SHORT_MINUTES = 1;
/** Most minutes of a run that is shortened, the first that will do. */
const CAPS = [0.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01] as const;
const ROUND_EPOCHS = [1, 2, 3, 5, 10, 15, 20, 30, 50, 100, 200, 300, 500, 1000, 2000, 3000, 5000] as const;

/** What is offered for items, the shortest first; nothing where no run can tell. */
export function formsOf(items: readonly Item[]): readonly RecomputeForm[] {
  if (items.every((item) => item.kind === "claim" && item.judge === undefined)) return [];
  if (items.every((item) => item.kind === "figure" && item.needs.length === 0 && item.draw === undefined)) {
    return [];
  }
  const one = formOf(items, { seeds: 1, epochs: {} }),
    all = formOf(items, { seeds: DEFAULT_SEEDS, epochs: {} });
  const short = one.minutes > LONG_MINUTES ? shortForm(items) : undefined;
  return [...(short === undefined ? [] : [short]), one, ...(all.runs > one.runs ? [all] : [])];
}

/** What is other in the shortened experiments of a form. */
export function shortened({ epochs }: Pick<RecomputeForm, "epochs">): Changed {
  return ({ name }) => epochs[name] === undefined ? {} : { epochs: epochs[name] };
}

/** `q1-vgd 200 of at most 100,000 epochs`; nothing where none is shortened. */
export function shortenedInWords({ epochs }: Pick<RecomputeForm, "epochs">): string {
  const words = new Map<string, string[]>();
  for (const [name, count] of Object.entries(epochs)) {
    const { defaults } = experimentNamed(name), whole = Number((defaults as { epochs?: number }).epochs);
    const most = "patience" in defaults ? "at most " : "";
    const of = `${count.toLocaleString("en")} of ${most}${whole.toLocaleString("en")} epochs`;
    words.set(of, [...words.get(of) ?? [], name]);
  }
  return Array.from(words, ([of, names]) => `${names.join(", ")} ${of}`).join(", ");
}

function formOf(
  items: readonly Item[],
  { seeds, epochs }: Pick<RecomputeForm, "seeds" | "epochs">,
): RecomputeForm {
  const cells = planCells(cellsOf(items, { seed: 1, seeds, changed: shortened({ epochs }) }));
  const isOfOne = cellsOf(items, { seed: 1, seeds: DEFAULT_SEEDS }).every(({ seed }) => seed === 1);
  const short = shortenedInWords({ epochs });
  const parts = [
    cells.length === 0
      ? "drawn without training"
      : isOfOne
      ? "its one run"
      : `${seeds} of ${DEFAULT_SEEDS} seeds`,
    ...(short === "" ? [] : [short]),
  ];
  const minutes = cells.reduce((sum, cell) => sum + cell.minutes, 0);
  return { words: parts.join("; "), runs: cells.length, minutes, seeds, epochs };
}

/** One seed, with as many epochs of the long experiments as fit; undefined where none can be shortened. */
function shortForm(items: readonly Item[]): RecomputeForm | undefined {
  let form: RecomputeForm | undefined;
  for (const cap of CAPS) {
    form = formOf(items, { seeds: 1, epochs: epochsWithin(items, cap) });
    if (form.minutes <= SHORT_MINUTES) break;
  }
  return form !== undefined && Object.keys(form.epochs).length > 0 ? form : undefined;
}

function epochsWithin(items: readonly Item[], cap: number): RecomputeForm["epochs"] {
  const cut: Record<string, number> = {};
  for (const { experiment, settings } of cellsOf(items, { seed: 1, seeds: 1 })) {
    if (!("epochs" in settings) || experiment.minutes(settings) <= cap) continue;
    const whole = Number(settings.epochs);
    const fits = ROUND_EPOCHS.filter((epochs) =>
      epochs < whole && experiment.minutes({ ...settings, epochs }) <= cap
    );
    cut[experiment.name] = Math.min(cut[experiment.name] ?? Infinity, fits.at(-1) ?? 1);
  }
  // What is compared after so many epochs each is compared after as many.
  const fixed = Object.keys(cut).filter((name) => !("patience" in experimentNamed(name).defaults));
  const least = Math.min(...fixed.map((name) => cut[name]!));
  return { ...cut, ...Object.fromEntries(fixed.map((name) => [name, least])) };
}
