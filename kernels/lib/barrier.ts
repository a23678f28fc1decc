// A barrier for the threads of one program. Control block: arrived i32 · phase i32 · sleepers i32.

/** Looks at the phase this often before a thread goes to sleep: about 60 microseconds, since to wake one takes as long. */
const SPINS: i32 = 60_000;

/** Returns when all `threads` have called it. A thread that `mayWait` sleeps after a while; others spin. */
export function barrier(control: usize, threads: i32, mayWait: i32): void {
  const phase = atomic.load<i32>(control, 4);
  if (atomic.add<i32>(control, 1) == threads - 1) {
    atomic.store<i32>(control, 0);
    atomic.store<i32>(control, phase + 1, 4);
    if (atomic.load<i32>(control, 8) != 0) atomic.notify(control + 4, -1);
    return;
  }
  for (let spins = 0; atomic.load<i32>(control, 4) == phase; spins++) {
    if (spins < SPINS || !mayWait) continue;
    atomic.add<i32>(control, 1, 8);
    atomic.wait<i32>(control + 4, phase, -1);
    atomic.sub<i32>(control, 1, 8);
  }
}
