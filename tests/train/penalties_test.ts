/** Penalties of a loss: their weights, as each executor keeps them. */
import { assertEquals } from "@std/assert";
import { leaf } from "../../src/ir/leaf.ts";
import { penaltyGraph } from "../../src/train/penalties.ts";
import { everyExecutor, forward } from "../ops/forward.ts";

/** No float32 holds it. */
const BETA = 0.1;

Deno.test("the weight β of a penalty is float64 on the reference, and the nearest float32 elsewhere", async () => {
  const value = leaf("input", "value", [3]), rowWeights = leaf("input", "rowWeights", [1]);
  const { constants, objectives, shares } = penaltyGraph([{ value, weight: BETA }], rowWeights);
  for (const executor of await everyExecutor()) {
    const [seed, share] = await forward(executor, [objectives[0]!.seed, shares!], [
      [value, [1, 0, 0]],
      [rowWeights, [1]],
      ...constants,
    ]);
    const kept = executor.name === "reference" ? BETA : Math.fround(BETA);
    assertEquals(Array.from(seed!), [kept, kept, kept]);
    assertEquals(Array.from(share!), [kept]);
    executor.close();
  }
});
