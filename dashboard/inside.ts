/** What the page inside of a run shows. */
import type { InsideData } from "../components/inside/inside_types.ts";
import { causeOf } from "../src/core/errors.ts";
import { PLAN_FILE } from "../src/runs/layout.ts";
import { modelProblem } from "./model_check.ts";
import { readPlans } from "./plan_data.ts";
import type { Store } from "./store.ts";
import { readWeightsHead, WEIGHTS_FILE } from "./weights.ts";

/** The inside of a run, or `undefined` where there is no such folder. */
export async function insideData(store: Store, id: string): Promise<InsideData | undefined> {
  const { root } = store, row = await store.row(id);
  if (row === undefined) return undefined;
  const problems: string[] = [];
  const attempt = <T>(file: string, read: () => T, none: T): T => {
    try {
      return read();
    } catch (error) {
      problems.push(`${file} cannot be read: ${causeOf(error)}`);
      return none;
    }
  };
  const damage = await modelProblem(store, id, WEIGHTS_FILE);
  if (damage !== undefined) problems.push(damage);
  const head = attempt(WEIGHTS_FILE, () => readWeightsHead(root, id, row.network), undefined);
  return {
    id,
    experiment: row.experiment,
    layers: head?.layers ?? [],
    tensors: head?.tensors ?? [],
    plans: attempt(PLAN_FILE, () => readPlans(root, id), []),
    problems,
  };
}
