/** Where training first came to a number that is none: found by making its steps again. */
import { type BadCall, checkStep } from "../exec/inspect.ts";
import { isHealthy } from "./checkpoint.ts";
import type { Session } from "./session.ts";

/** The first wrong call of a training, and when it was made; both count from 1. */
export interface BadCallOfTraining extends BadCall {
  readonly epoch: number;
  readonly step: number;
}

/**
 * Trains from where the session stands for so many epochs at most, until something is no number; then makes the calls of
 * that step one by one, beside the float64 reference. Undefined where all goes well. Afterwards the session is of no use
 * for training.
 */
export async function firstBadCall(
  session: Session,
  { epochs }: { readonly epochs: number },
): Promise<BadCallOfTraining | undefined> {
  const { stepsPerEpoch } = session;
  for (let i = 0; i < epochs; i++) {
    const before = await session.state(), { epoch } = before;
    // Validation included: a schedule may go by it.
    await session.epoch(epoch);
    if (await session.firstBadStep() === undefined && isHealthy(await session.state())) continue;
    session.restore(before);
    for (let step = before.done + 1; step <= stepsPerEpoch; step++) {
      const last = await session.state();
      await session.epoch(epoch, { measure: [], until: step });
      if (step < stepsPerEpoch && isHealthy(await session.state())) continue;
      session.restore(last);
      const call = await checkStep(session.program, "train", session.nextStep());
      return call && { ...call, epoch: epoch + 1, step };
    }
  }
  return undefined;
}
