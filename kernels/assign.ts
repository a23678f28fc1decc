// assign: s[i] = v[i].   state s, value v, the same → s, updated.   Split: 4-lane vectors, pads included.

export function assign(begin: i32, end: i32, state: usize, value: usize): void {
  const from = <usize> begin << 4, bytes = <usize> (end - begin) << 4;
  memory.copy(state + from, value + from, bytes);
}
