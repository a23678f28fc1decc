// zeros: z = 0.   → z [N].   Split: vectors.
export function zeros(begin: i32, end: i32, z: usize): void {
  memory.fill(z + (<usize> begin << 4), 0, <usize> (end - begin) << 4);
}
