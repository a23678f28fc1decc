/** Lets a test train and draw on the page. */
import { drawFigures } from "./draw_figures.js";
import { trainSmall } from "./train_small.js";

globalThis.draw = drawFigures;

globalThis.train = async (options) => {
  const { bytes: _, ...said } = await trainSmall(options);
  return said;
};
