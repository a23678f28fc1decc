/** The figures of Report B, part B, by their names in the folders of single runs; its two diagrams are drawn. */
import type { FigureItem, Wanted } from "../item.ts";
import { CLASSIFY, PRETRAIN, SPARSE, SPARSE_PRETRAIN } from "./stacked_runs.ts";

const LAYERS = [1, 2, 3] as const;
/** What is shown of the layers in the order of both questions, and from which figure on, beside the first. */
const PARTS = [
  { name: "learning_curve", words: "learning curve", first: 0 },
  { name: "weights", words: "weights of 100 units as images", first: 3 },
  { name: "activations", words: "activations for 100 test images", first: 7 },
] as const;
const RECONSTRUCTIONS = 6;

/** The ten figures of pre-trained layers, from number `first` on. */
function layerFigures(first: number, question: string, wanted: Wanted): readonly FigureItem[] {
  const figure = (number: number, words: string, name: string, note = ""): FigureItem => ({
    kind: "figure",
    id: `B-F${number}`,
    place: `Figure ${number}${note}`,
    words: `${question}: ${words}`,
    needs: [wanted],
    figures: [name],
  });
  const reconstructions = figure(
    first + RECONSTRUCTIONS,
    "100 test images and their reconstructions",
    "reconstructions",
    ", not numbered in print",
  );
  const ofLayers = PARTS.flatMap((part) =>
    LAYERS.map((layer, i) =>
      figure(first + part.first + i, `layer ${layer}, ${part.words}`, `${part.name}_${layer}`)
    )
  );
  return [...ofLayers.slice(0, RECONSTRUCTIONS), reconstructions, ...ofLayers.slice(RECONSTRUCTIONS)];
}

/** The curves of a classifier. */
function curvesOf(number: number, question: string, wanted: Wanted): FigureItem {
  return {
    kind: "figure",
    id: `B-F${number}`,
    place: `Figure ${number}`,
    words: `${question}: training cost and test accuracy of the classifier`,
    needs: [wanted],
    figures: ["loss", "accuracy"],
  };
}

export const STACKED_FIGURES: readonly FigureItem[] = [
  {
    kind: "figure",
    id: "B-F18",
    place: "Figure 18",
    words: "diagram of an autoencoder: ours is that of layer 1",
    needs: [],
    figures: ["diagram_autoencoder"],
    draw: async () => [(await import("./stacked_diagrams.ts")).autoencoderDiagram()],
  },
  {
    kind: "figure",
    id: "B-F19",
    place: "Figure 19",
    words: "diagram of how layer 2 learns secondary features from the codes of layer 1",
    needs: [],
    figures: ["diagram_secondary_features"],
    draw: async () => [(await import("./stacked_diagrams.ts")).secondaryDiagram()],
  },
  ...layerFigures(20, "question 1", PRETRAIN),
  curvesOf(30, "question 2", CLASSIFY),
  ...layerFigures(31, "question 3", SPARSE_PRETRAIN),
  curvesOf(41, "question 3", SPARSE),
];
