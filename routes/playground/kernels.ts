/** The WebAssembly kernels. */
import { define } from "../../dashboard/define.ts";
import { kernelsAnswer } from "../../dashboard/playground_kernels.ts";

export const handler = define.handlers({ GET: () => kernelsAnswer() });
