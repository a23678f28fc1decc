/** Images of MNIST to train on and to try, as bytes. */
import { define } from "../../dashboard/define.ts";
import { playgroundImages } from "../../dashboard/playground_images.ts";
import { bytesAnswer } from "../../dashboard/playground_kernels.ts";

export const handler = define.handlers({
  GET: () => bytesAnswer("application/octet-stream", playgroundImages),
});
