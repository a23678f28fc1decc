/** Says as a line of JSON which adapter WebGPU finds in this environment: a process of its own, as drivers may end it. */
import { findAdapter } from "../../src/exec/webgpu.ts";

console.log(JSON.stringify(await findAdapter()));
Deno.exit(0);
