/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
/** A worker of the WASM executor: binds its share of a program, then waits in shared memory for jobs. */
import { bindThread, CONTROL, CONTROL_AT, LEAVE, type WasmJob } from "./wasm_runner.ts";

self.onmessage = async ({ data }: MessageEvent<WasmJob>) => {
  const run = await bindThread(data, { mayWait: true });
  const control = new Int32Array(data.memory.buffer, CONTROL_AT, 16);
  let seen = Atomics.load(control, CONTROL.sequence);
  self.postMessage("ready");
  for (;;) {
    Atomics.wait(control, CONTROL.sequence, seen);
    const sequence = Atomics.load(control, CONTROL.sequence);
    if (sequence === seen) continue;
    seen = sequence;
    const list = Atomics.load(control, CONTROL.list);
    if (list === LEAVE) break;
    run(list, Atomics.load(control, CONTROL.steps));
  }
  self.close();
};
