/** What to say of settings with which training does not do well. */
import { formatValue } from "../format.ts";
import { OPTIMIZERS, type PlaySettings } from "./playground_settings.ts";
import type { Progress } from "./playground_messages.ts";

/** Ten classes guessed alike: the loss of a network that knows nothing. */
const BLIND_LOSS = Math.log(10), BLIND_ACCURACY = 0.2;
/** Epochs until something should have been learned, and until learning by heart shows. */
const PATIENCE = 3, BY_HEART_EPOCHS = 5;

/** The sentence of a training that ended because its loss was no number any more. */
export function divergedSentence(step: number, { learningRate, optimizer }: PlaySettings): string {
  const usual = OPTIMIZERS[optimizer], tenth = learningRate / 10;
  const instead = learningRate > 10 * usual.learningRate
    ? `${usual.label} usually takes ${usual.learningRate}`
    : `try ${formatValue(tenth)}`;
  return `Training ran away: at step ${step} the loss was no number any more. ` +
    `A learning rate of ${formatValue(learningRate)} is too large here; ${instead}`;
}

/** One sentence for a training that goes badly, or nothing. */
export function adviceFor(records: readonly Progress[], settings: PlaySettings): string {
  const last = records.at(-1);
  if (last === undefined || last.loss === null) return "";
  const start = Math.max(BLIND_LOSS, records[0]!.valLoss), isBlind = last.valAccuracy < BLIND_ACCURACY;
  if (last.valLoss > (isBlind ? 2 : 3) * start) {
    const rate = formatValue(settings.learningRate);
    return `The loss grows instead of falling: a learning rate of ${rate} is too large here; try a tenth of it.`;
  }
  if (isBlind && last.epochs >= PATIENCE) return `It has learned nothing yet: ${whyBlind(settings)}.`;
  const best = records.reduce((least, { valLoss }) => Math.min(least, valLoss), Infinity);
  if (last.epochs >= BY_HEART_EPOCHS && last.valLoss > 1.5 * best && last.loss < best / 4) {
    return "It learns its images by heart: the loss falls in training and rises in validation; try more images, " +
      "noise, or fewer units.";
  }
  return "";
}

function whyBlind({ activation, layers, learningRate, optimizer }: PlaySettings): string {
  const usual = OPTIMIZERS[optimizer], share = learningRate / usual.learningRate;
  const rate = `a learning rate of ${formatValue(learningRate)}`;
  if (share >= 10) return `${rate} is too large here; ${usual.label} usually takes ${usual.learningRate}`;
  if (share <= 0.1) return `with ${rate} it hardly moves; ${usual.label} usually takes ${usual.learningRate}`;
  return activation === "sigmoid" && layers.length > 1
    ? "behind several sigmoids little of the gradient is left; try ReLU or a larger learning rate"
    : "its units may be dead, or it needs longer; try another learning rate or activation";
}
