/** What Report B says of its stacked autoencoder. */
import type { ClaimItem } from "../item.ts";
import { blurred, dearer, smoother, stillRising } from "./stacked_classifiers.ts";
import {
  converging,
  darker,
  lossesByLayer,
  lossesBySparsity,
  outlines,
  thirdLayer,
} from "./stacked_layers.ts";
import { CLASSIFY, NO_MOMENTUM, PRETRAIN, SPARSE, SPARSE_PRETRAIN } from "./stacked_runs.ts";

export const STACKED_CLAIMS: readonly ClaimItem[] = [
  {
    kind: "claim",
    id: "B-2.N1 layer 3",
    place: "Section 2.3.2",
    words: "After layer 2, the loss of layer 3 drops a lot but is still quite high.",
    needs: [PRETRAIN],
    judge: thirdLayer,
  },
  {
    kind: "claim",
    id: "B-C2.1",
    place: "Section 2.3.2",
    words:
      "Layer 1 has the lowest loss because it is wider than its input, layer 2 the highest because it is " +
      "narrower, and layer 3, which is narrower by less, lies between.",
    needs: [PRETRAIN],
    judge: lossesByLayer,
  },
  {
    kind: "claim",
    id: "B-C2.2",
    place: "Section 2.3.2",
    words: "Reconstructions are a bit blurred, but preserve all that is needed to recognise the digit.",
    needs: [PRETRAIN, CLASSIFY],
    judge: (find) => blurred(find, { layers: PRETRAIN, classifier: CLASSIFY }),
  },
  {
    kind: "claim",
    id: "B-C2.3",
    place: "Section 2.4.2",
    words:
      "After 25 epochs of fine-tuning the test accuracy keeps increasing and the cost has not converged.",
    needs: [CLASSIFY],
    judge: stillRising,
  },
  {
    kind: "claim",
    id: "B-C2.4",
    place: "Section 2.5.2",
    words:
      "With sparsity the losses of layers 2 and 3 are lower, while that of layer 1 increases a bit, because " +
      "its input is harder to regenerate.",
    needs: [PRETRAIN, SPARSE_PRETRAIN],
    judge: lossesBySparsity,
  },
  {
    kind: "claim",
    id: "B-C2.5",
    place: "Section 2.5.2",
    words: "Thanks to momentum, the sparse layers converge much faster.",
    needs: [PRETRAIN, SPARSE_PRETRAIN, NO_MOMENTUM.layers],
    judge: converging,
  },
  {
    kind: "claim",
    id: "B-C2.6",
    place: "Section 2.5.2",
    words: "Activations of the sparse layers are darker, because some neurons are disabled.",
    needs: [PRETRAIN, SPARSE_PRETRAIN],
    judge: darker,
  },
  {
    kind: "claim",
    id: "B-C2.7",
    place: "Section 2.5.2",
    words: "Weight images of the sparse layers show some rough outlines of digits.",
    needs: [SPARSE_PRETRAIN],
    judge: outlines,
  },
  {
    kind: "claim",
    id: "B-C2.8",
    place: "Section 2.5.2",
    words: "The curve of test accuracy is much smoother in question 3 than in question 2, due to momentum.",
    needs: [CLASSIFY, SPARSE, NO_MOMENTUM.classifier],
    judge: smoother,
  },
  {
    kind: "claim",
    id: "B-C2.9",
    place: "Section 2.5.2",
    words:
      "The training cost of question 3 is relatively higher, because of sparsity, and could fall further.",
    needs: [CLASSIFY, SPARSE, NO_MOMENTUM.classifier],
    judge: dearer,
  },
  {
    kind: "claim",
    id: "B-C2.10",
    place: "Section 2.5.2",
    words:
      "Reconstructions by the sparse layers are a bit blurred, but carry enough information to recognise " +
      "the digit.",
    needs: [SPARSE_PRETRAIN, SPARSE],
    judge: (find) => blurred(find, { layers: SPARSE_PRETRAIN, classifier: SPARSE }),
  },
];
