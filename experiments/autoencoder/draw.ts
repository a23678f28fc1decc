/** The figures of one run, in the order of the report. */
import type { Figure } from "../../src/plot/mod.ts";
import { SPLIT_NAMES } from "../../src/train/session.ts";
import { networkName } from "../tell.ts";
import { RECIPES, widthsInWords } from "./autoencoder.ts";
import {
  type BySplit,
  classifierFigures,
  imageRows,
  lossBars,
  reconstructionCurves,
  weightFigure,
} from "./figures.ts";
import type { Measured } from "./measured.ts";
import type { Prepared } from "./prepare.ts";
import { publishedOf, type Stages } from "./summary.ts";

/** Draws what the trainings of a run were and gave. */
export function runFigures(
  prepared: Prepared,
  measured: Measured,
  { trained, classifier }: Stages,
  seed: number,
): readonly Figure[] {
  const { settings, data } = prepared, { errors, shown, weights } = measured, { imageShape } = data.test;
  const pixels = imageShape.reduce((product, size) => product * size, 1);
  const network = `${widthsInWords(settings, pixels)}${noiseInWords(prepared)}`,
    { monitor, nodes } = settings;
  const of = (member: keyof Measured["errors"]["test"]) =>
    Object.fromEntries(SPLIT_NAMES.map((split) => [split, errors[split][member]])) as unknown as BySplit;
  const published = publishedOf(prepared), { train, validation } = published ?? {};
  const printed = typeof train === "number" && typeof validation === "number"
    ? { train, validation }
    : undefined;
  return [
    ...(trained.history.length > 0
      ? [
        reconstructionCurves(trained, { network, seed, monitor }, {
          nodes,
          validation: errors.validation.pca,
        }),
      ]
      : []),
    lossBars(network, [
      ...(settings.noise > 0
        ? [{ label: "from corrupted images", errors: of("mse") }, {
          label: "from clean images",
          errors: of("cleanMse"),
        }]
        : [{ label: "autoencoder", errors: of("mse") }]),
      { label: `PCA, ${nodes} components`, errors: of("pca") },
      ...(printed ? [{ label: `report, ${RECIPES[settings.name].table?.name}`, errors: printed }] : []),
    ]),
    imageRows(
      { name: "reconstructions", title: "Test images and their reconstructions", subtitle: network },
      imageShape,
      [
        { label: "Original", values: shown.original },
        ...(shown.corrupted ? [{ label: "Corrupted", values: shown.corrupted }] : []),
        { label: "Reconstruction", values: shown.reconstruction },
      ],
    ),
    weightFigure(weights, imageShape, network),
    ...(classifier && classifier.history.length > 0
      ? classifierFigures(classifier, {
        network: `${networkName(classifier.model)} on ${
          settings.classifier.fineTune ? "images, encoder trained too" : `codes of ${network}`
        }`,
        seed,
        monitor: "val_loss",
      })
      : []),
  ];
}

/** `, masking 20%`; nothing without noise. */
export function noiseInWords({ settings: { noise, corruption } }: Pick<Prepared, "settings">): string {
  return noise === 0 ? "" : `, ${corruption.replaceAll("_", " ")} ${Number((100 * noise).toFixed(4))}%`;
}
