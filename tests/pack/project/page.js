/** Lets a test train on the page. */
import { trainSmall } from "./train_small.js";

globalThis.train = async (options) => {
  const { bytes: _, ...said } = await trainSmall(options);
  return said;
};
