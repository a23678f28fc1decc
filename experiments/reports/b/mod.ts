/** Report B as data: what it prints, and what of ours answers it. */
import type { Report } from "../item.ts";
import { CONVOLUTION } from "./convolution.ts";
import { STACKED } from "./stacked.ts";

export const REPORT_B: Report = {
  id: "b",
  title: "Report B",
  subtitle: "Convolution, and stacked denoising autoencoders",
  words: "A course assignment (NTU, CZ4042), made with Theano: a convolutional network trained by " +
    "three methods, and a stack of denoising autoencoders.",
  sections: [CONVOLUTION, STACKED],
};
