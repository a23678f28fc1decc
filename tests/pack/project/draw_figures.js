/** Draws figures, the same wherever it runs. */
import { confusionMatrix, curves, imageGrid } from "descent/plot";

export function drawFigures() {
  const band = { low: [0.8, 0.2, 0.1], high: [1, 0.4, 0.2] };
  const series = [{ label: "Train", role: "train", x: [1, 2, 3], y: [0.9, 0.3, 0.15], band }];
  return [
    curves(series, {
      title: "Loss & more",
      xLabel: "Epoch",
      yLabel: "Loss",
      yScale: "log",
      yDomain: [0.1, 1],
    }),
    confusionMatrix({ classes: ["a", "b"], counts: [[8, 2], [1, 9]] }),
    imageGrid({ inputs: Uint8Array.of(0, 50, 100, 150, 200, 250), inputShape: [1, 2, 3] }),
  ].map(({ svg }) => svg);
}
