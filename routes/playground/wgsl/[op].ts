/** The WGSL kernel of an op. */
import { type Handlers, notFound } from "../../../dashboard/page.ts";
import { shaderAnswer } from "../../../dashboard/playground_kernels.ts";

export const handler: Handlers = {
  async GET({ params: { op = "" } }) {
    return await shaderAnswer(op) ?? notFound("There is no such kernel.");
  },
};
