// weighted_sum_rows: s[j] = Σᵢ r[i]·Y[i,j], the mean of each column where r is 1/count for the real rows.
// Shapes: Y [M,N], weights r [M] → s [N].
// Work: one workgroup per 4 columns. Thread t sums rows t, t+256, … of them; the 256 sums meet in a tree, always
// in the same order.
// Limits: N up to 4·65,535; M·N below 2³⁴. Pads of s are zero because those of Y are.

override M: u32;
override N: u32;
override VECTORS: u32 = (N + 3u) / 4u; // 4-lane vectors of a row

@group(0) @binding(0) var<storage, read> y: array<vec4f>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> s: array<vec4f>;

var<workgroup> sums: array<vec4f, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  var sum = vec4f();
  for (var i = t; i < M; i += 256u) {
    sum += weights[i] * y[i * VECTORS + group.x];
  }
  sums[t] = sum;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (t < half) {
      sums[t] += sums[t + half];
    }
  }
  if (t == 0u) {
    s[group.x] = sums[0];
  }
}
