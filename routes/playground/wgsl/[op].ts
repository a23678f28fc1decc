/** The WGSL kernel of an op. */
import { define, notFound } from "../../../dashboard/define.ts";
import { shaderAnswer } from "../../../dashboard/playground_kernels.ts";

export const handler = define.handlers({
  async GET({ params: { op = "" } }) {
    return await shaderAnswer(op) ?? notFound("There is no such kernel.");
  },
});
