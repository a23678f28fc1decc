/** Where a training ended, and going on from there: the same bits as if it had not ended. */
import { require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import type { TypedArray } from "../core/tensor.ts";
import { type Model, modelLeaves, type Weights } from "../nn/model.ts";
import { trainedParameters } from "./graph.ts";
import { type Schedule, scheduleText } from "./schedule.ts";
import type { Session } from "./session.ts";
import type { TrainingEnd } from "./session_state.ts";

/** Of a training, what the state of its session means. */
interface TrainingKind {
  readonly batch: number;
  readonly frozen?: readonly string[];
  readonly schedule?: Schedule;
}

/** What an earlier training gave, as far as it matters here. */
interface Earlier {
  readonly weights: Weights;
  readonly end: TrainingEnd;
}

export async function trainingEnd(session: Session, training: TrainingKind): Promise<TrainingEnd> {
  const { tensors, ...state } = await session.state();
  // In float32 the weights are in the result already.
  const kept = [...tensors].filter(([name, values]) => !isParameter(name) || values instanceof Float64Array);
  return { state: { ...state, tensors: new Map(kept) }, ...kindOf(session, training) };
}

/** Puts a fresh session where the earlier training ended; throws where it cannot go on from there. */
export async function goOn(session: Session, from: Earlier, training: TrainingKind): Promise<void> {
  const { end, weights } = from, { state } = end;
  const now = kindOf(session, training), fresh = await session.state();
  const [kept, keeps] = [state, fresh].map(({ tensors }) =>
    [...tensors.keys()].filter((name) => name.startsWith("optimizer/")).map((name) => name.slice(10)).join(
      ", ",
    )
  );
  const instead = "give its weights as { weights } to start anew from them";
  require(
    kept === keeps,
    () =>
      `Cannot go on from a training whose optimizer kept ${kept || "nothing"} with one that keeps ${
        keeps || "nothing"
      }: ${instead}`,
  );
  require(
    now.trained.join() === end.trained.join(),
    () =>
      `Cannot go on from a training of ${end.trained.join(", ")} with one of ${
        now.trained.join(", ")
      }: ${instead}`,
  );
  require(
    state.done === 0 || now.rows === end.rows && now.batch === end.batch,
    () =>
      `Cannot go on within an epoch of ${end.rows} rows in batches of ${end.batch} with ${now.rows} rows in ` +
      `batches of ${now.batch}: ${instead}`,
  );
  const { schedule, tensors, ...place } = state;
  const begun = {
    ...place,
    tensors: new Map([...parametersOf(session.model, weights, tensors), ...others(tensors)]),
    ...(schedule && end.schedule === now.schedule && { schedule }),
  };
  await session.restore(begun, { rewind: true });
}

/** Throws where `from` is not what `fit` gave. */
export function checkFrom(from: Earlier): void {
  require(
    from?.end?.state?.tensors instanceof Map,
    () =>
      `from goes on from what fit() gave in this program, got ${shown(from)} without an end: ` +
      "a model that was loaded starts anew from its weights, as in { weights }",
  );
}

function kindOf({ model, trainRows }: Session, { batch, frozen, schedule }: TrainingKind) {
  return {
    trained: trainedParameters(model, frozen ?? []).map(({ label }) => label),
    rows: trainRows,
    batch,
    ...(schedule && { schedule: scheduleText(schedule) }),
  };
}

/** The weights; where their float64 are known that round to them, those. */
function parametersOf(
  model: Model,
  weights: Weights,
  tensors: ReadonlyMap<string, TypedArray>,
): readonly (readonly [string, TypedArray])[] {
  return modelLeaves(model).map(({ label }) => {
    const name = `parameters/${label}`, values = weights.get(label)!, exact = tensors.get(name);
    const isSame = exact?.every((value, i) => Math.fround(value) === values[i]);
    return [name, exact !== undefined && isSame ? exact : values] as const;
  });
}

function others(tensors: ReadonlyMap<string, TypedArray>) {
  return [...tensors].filter(([name]) => !isParameter(name));
}

function isParameter(name: string): boolean {
  return name.startsWith("parameters/");
}
