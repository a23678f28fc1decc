/** A figure as PNG, and its hash. */
import { toPng } from "descent/plot";
import { drawFigures } from "./draw_figures.js";
import { sha256 } from "./train_small.js";

console.log(await sha256(await toPng(drawFigures()[0], { scale: 1 })));
