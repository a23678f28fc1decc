// matmul_lists: C = Xᵀ·B with X as lists by columns, in blocks of 256 rows (src/ops/_lists.ts).
// Shapes: lists u32, B [M,N] → C [K,N].   M rows (batch), K inputs, N units.
// Work: one 4-lane vector of C a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: M·N and K·N below 2³⁴. Plain, as matmul_bytes is.

override M: u32;
override K: u32;
override N: u32;
override VALUES_AT: u32;
override CAPACITY: u32;
override VECTORS: u32 = (N + 3u) / 4u; // 4-lane vectors of a row of B and C

@group(0) @binding(0) var<storage, read> lists: array<u32>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < K * VECTORS; at += groups.x * 256u) {
    let columns = at % VECTORS;
    var sum = vec4f();
    var group = at / VECTORS;
    for (var first = 0u; first < M; first += 256u) {
      for (var e = lists[group]; e < lists[group + 1u]; e++) {
        let row = first * VECTORS + lists[VALUES_AT + CAPACITY + e] / 16u;
        sum = fma(vec4f(bitcast<f32>(lists[VALUES_AT + e])), b[row + columns], sum);
      }
      group += K;
    }
    c[at] = sum;
  }
}
