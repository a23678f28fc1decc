/** Figures of one training of the network: curves, feature maps, filters, confusion matrices. */
import type { Figure } from "../../src/plot/mod.ts";
import { tilePanels } from "../../src/plot/panels.ts";
import { evenColumns } from "../../src/plot/tile_grid.ts";
import { tiles } from "../../src/plot/tiles.ts";
import type { FitResult } from "../../src/train/fit.ts";
import type { Trained } from "../../src/train/saved.ts";
import { inactiveMaps, type LayerMaps, SHOWN_LAYERS, type ShownInput } from "../measures/feature_maps.ts";
import { epochsToTarget, TARGET_ACCURACY } from "../measures/kernel_findings.ts";
import { accuracyDomain, trainingFigures } from "./training_figures.ts";

/** What the figures say of the training. */
export interface CnnStory {
  /** `SGD`. */
  readonly method: string;
  /** Factor from the true cost to the one that the report logs; 1 without its quirks. */
  readonly costFactor: number;
  readonly seed: number;
  /** The test images that are shown, with their maps. */
  readonly inputs: readonly ShownInput[];
}

export function cnnFigures(
  result: FitResult,
  { method, costFactor, seed, inputs }: CnnStory,
): readonly Figure[] {
  const network = `CNN, ${method}`;
  const reached = epochsToTarget(result.history);
  const accuracies = result.history.map(({ testAccuracy = 0 }) => testAccuracy);
  const history = result.history.map((record) => ({ ...record, loss: record.loss * costFactor }));
  const about = { network, seed };
  return [
    ...trainingFigures({ ...result, history }, {
      ...about,
      lossLabel: `Mean cross-entropy (nats)${costFactor === 1 ? "" : ", training as the report logs it"}`,
      lossScale: "log",
      // What the second half of the training moves within: the first epochs would flatten it.
      accuracyDomain: accuracyDomain(accuracies.slice(Math.floor(accuracies.length / 2))),
      accuracyMarks: reached === undefined
        ? []
        : [{ x: reached, label: `${TARGET_ACCURACY * 100}% on test: epoch ${reached}` }],
    }),
    ...inputs.map((input) => mapsFigure(input, about)),
    ...filterFigures(result, about),
  ];
}

/** The map at position `index` of a layer, row after row. */
function mapOf({ shape, values }: LayerMaps, index: number): Float32Array {
  const [height, width, maps] = shape;
  return Float32Array.from({ length: height! * width! }, (_, at) => values[at * maps! + index]!);
}

function mapsFigure(
  { row, pixels, shape: [high, wide], label, predicted, layers }: ShownInput,
  { network, seed }: { readonly network: string; readonly seed: number },
): Figure {
  return tilePanels({
    name: `feature_maps_${row + 1}`,
    title: `Feature maps of test image ${row + 1}: ${label}`,
    subtitle:
      `${network}, seed ${seed}; taken for ${predicted}. One scale per layer, white is zero; off: nothing above zero`,
    panels: [
      {
        title: `Input, ${high}×${wide}`,
        columns: 1,
        scale: "ink",
        domain: [0, 1],
        images: [{ pixels: Float32Array.from(pixels, (byte) => byte / 255), width: wide!, height: high! }],
      },
      ...layers.map((layer, i) => {
        const [height, width, maps] = layer.shape;
        const off = new Set(inactiveMaps(layer));
        const largest = layer.values.reduce((most, value) => Math.max(most, value), 0);
        return {
          title: `${layer.name}: ${maps} maps of ${height}×${width}, ${SHOWN_LAYERS[i]!.what}`,
          columns: evenColumns(maps!, maps! > 16 ? 10 : 8),
          scale: "ink" as const,
          domain: [0, largest || 1] as const,
          images: Array.from({ length: maps! }, (_, index) => ({
            pixels: mapOf(layer, index),
            width: width!,
            height: height!,
            label: off.has(index + 1) ? `${index + 1} off` : String(index + 1),
          })),
        };
      }),
    ],
  });
}

/** The kernels of C1 as images, and those of C2 as a table: a row per kernel, a column per map of S1. */
function filterFigures(
  { model, weights }: Trained,
  { network, seed }: { readonly network: string; readonly seed: number },
): readonly Figure[] {
  const subtitle = `${network}, seed ${seed}`;
  const kernels = (name: string) => {
    const [height, width, channels, filters] =
      model.parameters.find(({ node }) => node.label === name)!.node.type.shape;
    const values = weights.get(name)!;
    return {
      channels: channels!,
      filters: filters!,
      tile: (filter: number, channel: number) => ({
        width: width!,
        height: height!,
        pixels: Float32Array.from(
          { length: height! * width! },
          (_, at) => values[(at * channels! + channel) * filters! + filter]!,
        ),
      }),
    };
  };
  const first = kernels("conv2d_1/weights");
  const second = kernels("conv2d_3/weights");
  return [
    tiles({
      name: "filters_c1",
      title: "Kernels of C1",
      subtitle: `${subtitle}; ink under blue raises the answer, under vermilion it lowers it`,
      columns: evenColumns(first.filters, 8),
      scale: "diverging",
      images: Array.from(
        { length: first.filters },
        (_, f) => ({ ...first.tile(f, 0), label: String(f + 1) }),
      ),
    }),
    tiles({
      name: "filters_c2",
      title: "Kernels of C2",
      subtitle: `${subtitle}; a row per kernel, in it a window on each of the ${second.channels} maps of S1`,
      columns: second.channels,
      scale: "diverging",
      rowLabels: Array.from({ length: second.filters }, (_, f) => String(f + 1)),
      images: Array.from(
        { length: second.filters * second.channels },
        (_, i) => second.tile(Math.floor(i / second.channels), i % second.channels),
      ),
    }),
  ];
}
