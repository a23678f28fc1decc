/** The runs of the three methods that train the convolutional network, in the order of the report. */
import { CNN_METHODS, CNN_RECIPES, type CnnMethod } from "../../cnn.ts";
import type { Wanted } from "../item.ts";

/** The runs of a method. */
export function wantedOf(method: CnnMethod): Wanted {
  return { experiment: `cnn-${method}` };
}

/** What a method is called in sentences and figures: `RMSProp`. */
export function nameOf(method: CnnMethod): string {
  return CNN_RECIPES[method].name;
}

/** The runs of all three. */
export const ALL_METHODS: readonly Wanted[] = CNN_METHODS.map(wantedOf);
