/** What a command refuses before it trains: models and batches that do not fit. */
import { UsageError } from "../../src/core/errors.ts";
import type { ImageSet } from "../../src/data/mnist.ts";
import { countParameters, type Model } from "../../src/nn/model.ts";

/** Some 16 million: more would take minutes to draw, and gigabytes. */
const MAX_PARAMETERS = 2 ** 24;

/** Refuses a model that is too large to train here; `asked` is what made it, such as `--arch 9,9`. */
export function checkParameters(model: Model, asked: string): void {
  const parameters = countParameters(model);
  if (parameters <= MAX_PARAMETERS) return;
  throw new UsageError(
    `${asked} makes ${parameters.toLocaleString("en")} parameters, at most ${
      MAX_PARAMETERS.toLocaleString("en")
    } can be trained here: choose narrower layers`,
  );
}

/** The batch as a number of images; throws when there are not so many. */
export function checkBatch(batch: number | "all", { rows }: ImageSet): number {
  if (batch === "all") return rows;
  if (batch <= rows) return batch;
  throw new UsageError(
    `A batch of ${batch.toLocaleString("en")} is more than the ${
      rows.toLocaleString("en")
    } training images: choose a smaller --batch, or all`,
  );
}
