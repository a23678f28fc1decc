/** What the reports' pages train with: their worker, kernels, shaders and images. */
import { define, notFound } from "../../dashboard/define.ts";
import { recomputeFile } from "../../dashboard/recompute_files.ts";
import { contentPolicy, plainAnswer } from "../../dashboard/security.ts";
import { DescentError } from "../../src/core/errors.ts";

export const handler = define.handlers({
  async GET({ params }) {
    try {
      const file = await recomputeFile(params.path ?? "");
      if (file === undefined) return notFound("There is no such file.");
      // A worker has a policy of its own, and this one compiles WebAssembly.
      const policy = contentPolicy({ wasm: true });
      const headers = {
        "content-type": file.type,
        "cache-control": "no-cache",
        "content-security-policy": policy,
      };
      return new Response(file.bytes, { headers });
    } catch (error) {
      if (error instanceof DescentError) return plainAnswer(error.message, 503);
      throw error;
    }
  },
});
