/** The script of the worker in which the browser trains. */
import { assetAnswer } from "../../dashboard/assets.ts";
import { define, notFound } from "../../dashboard/define.ts";
import { contentPolicy } from "../../dashboard/security.ts";

export const handler = define.handlers({
  async GET({ req }) {
    // A worker has a policy of its own, and this one compiles WebAssembly.
    const headers = { "content-security-policy": contentPolicy({ wasm: true }) };
    return await assetAnswer("workers/playground_worker.js", req, headers) ??
      notFound("There is no such worker.");
  },
});
