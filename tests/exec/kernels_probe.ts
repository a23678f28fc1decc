/** Says what becomes of the WASM executor under the permissions that this program is started with. */
import { wasmExecutor } from "../../src/exec/wasm.ts";

try {
  await wasmExecutor({ threads: 1 });
  console.log("the kernels are there");
} catch (error) {
  console.log((error as Error).message);
}
