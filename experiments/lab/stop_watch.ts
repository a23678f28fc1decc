/** Runs that are asked to stop while they are under way, by whoever may not press Ctrl-C. */
import type { RunWriter } from "../../src/runs/run.ts";
import { StopWatch } from "../../src/runs/stop_request.ts";
import type { Place } from "./place.ts";

/** Looks for a request to stop this run, and says so when there is one. */
export function stopWatch(
  { path, id }: Pick<RunWriter, "path" | "id">,
  { signal, screen }: Pick<Place, "signal" | "screen">,
): Promise<StopWatch> {
  return StopWatch.open(path, {
    ...(signal && { signal }),
    onAsked: () => screen.say(`\nStopping ${id}, as the dashboard was asked to: finishing what is under way`),
  });
}
