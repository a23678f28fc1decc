/** Images of MNIST to train on and to try, as bytes. */
import type { Handlers } from "../../dashboard/page.ts";
import { playgroundImages } from "../../dashboard/playground_images.ts";
import { bytesAnswer } from "../../dashboard/playground_kernels.ts";

export const handler: Handlers = {
  GET: () => bytesAnswer("application/octet-stream", playgroundImages),
};
