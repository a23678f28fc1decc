/** The facts of whole folders of runs. */
import { factsOf, type RunFacts } from "./facts.ts";
import { listRuns } from "./read.ts";

/** The facts of all runs in a folder, the newest first. */
export async function readFacts(folder: string): Promise<readonly RunFacts[]> {
  return (await listRuns(folder)).map(factsOf);
}
