/** The WebAssembly kernels. */
import type { Handlers } from "../../dashboard/page.ts";
import { kernelsAnswer } from "../../dashboard/playground_kernels.ts";

export const handler: Handlers = { GET: kernelsAnswer };
