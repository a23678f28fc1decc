/** Report A: what it prints, draws and claims, and which of our runs stand beside it. */
import type { Report, Section } from "../item.ts";
import { ONE_LAYER_SECTION, THREE_LAYER_SECTION } from "./autoencoders.ts";
import { DENOISING_SECTION } from "./denoising.ts";
import { OPTIMIZERS_SECTION } from "./optimizers.ts";

export const REPORT_A_SECTIONS: readonly Section[] = [
  OPTIMIZERS_SECTION,
  ONE_LAYER_SECTION,
  THREE_LAYER_SECTION,
  DENOISING_SECTION,
];

export const REPORT_A: Report = {
  id: "a",
  title: "Report A",
  subtitle: "Optimizers and autoencoders",
  words:
    "A course assignment of 2022 (IIT Mandi, CS671), made with Keras: five optimizers on a small network, " +
    "then autoencoders with one and three hidden layers, and denoising ones.",
  sections: REPORT_A_SECTIONS,
};
