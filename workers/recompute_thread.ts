/** A thread of the WASM executor, as the worker of the reports' pages starts it. */
import "../src/exec/wasm_worker.ts";
