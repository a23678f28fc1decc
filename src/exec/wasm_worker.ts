/** A worker of the WASM executor: binds its share of a program, then waits in shared memory for jobs. */
import { platform } from "../core/choose_platform.ts";
import { bindThread, CONTROL, CONTROL_AT, LEAVE, type WasmJob } from "./wasm_runner.ts";

/** Looks at the sequence this often before it goes to sleep: some 0.2 ms, in which runs that follow close come. */
const SPINS = 100_000;

/** Waits until the main thread has posted a job after `seen`; returns its number. */
function nextJob(control: Int32Array, seen: number): number {
  for (let spins = 0;; spins++) {
    const sequence = Atomics.load(control, CONTROL.sequence);
    if (sequence !== seen) return sequence;
    if (spins >= SPINS) Atomics.wait(control, CONTROL.sequence, seen);
  }
}

const port = platform().workerPort();

port.listen(async (message) => {
  const data = message as WasmJob;
  const run = await bindThread(data, { mayWait: true });
  const control = new Int32Array(data.memory.buffer, CONTROL_AT, 16);
  let seen = Atomics.load(control, CONTROL.sequence);
  port.post("ready");
  for (;;) {
    seen = nextJob(control, seen);
    const list = Atomics.load(control, CONTROL.list);
    if (list === LEAVE) break;
    run(list, Atomics.load(control, CONTROL.steps));
  }
  port.close();
});
