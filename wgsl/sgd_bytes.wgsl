// sgd_bytes: W ← W − lr·Xᵀ·B with X[i,:] = SCALE · table[order[start + min(i, count-1)],:]; lr is the step's first scalar.
// Shapes: W [K,N] updated, table u8 [R,K] in words of four, order u32 [L], B [M,N].   M rows (batch), K inputs, N units.
// Work: one 4-lane vector of W a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: M·N and K·N below 2³⁴. Plain, as matmul_bytes is. Pads of W stay zero because those of B are.

override M: u32;
override K: u32;
override N: u32;
override SCALE: f32;
override WHOLE: u32;
override WORDS: u32 = (K + 3u) / 4u; // words of a table row
override VECTORS: u32 = (N + 3u) / 4u; // 4-lane vectors of a row of B and W

struct Step {
  start: u32,
  count: u32,
  slot: u32,
  step: u32,
  seed: vec2u,
  weight: f32, // 1/count
  unused: u32,
  scalars: array<vec4f, 4>,
}

@group(0) @binding(0) var<storage, read_write> weights: array<vec4f>;
@group(0) @binding(1) var<storage, read> table: array<u32>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read> b: array<vec4f>;
@group(0) @binding(4) var<uniform> step: Step;

fn table_row(i: u32) -> u32 {
  if (WHOLE == 1u) { return order[i]; }
  return order[step.start + min(i, step.count - 1u)];
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < K * VECTORS; at += groups.x * 256u) {
    let columns = at % VECTORS;
    let k = at / VECTORS;
    var sum = vec4f();
    for (var i = 0u; i < M; i++) {
      let byte = (table[table_row(i) * WORDS + k / 4u] >> (8u * (k % 4u))) & 0xffu;
      sum = fma(vec4f(SCALE * f32(byte)), b[i * VECTORS + columns], sum);
    }
    weights[at] = weights[at] - step.scalars[0].x * sum;
  }
}
