// mean_squared_error: loss[i] = (1/N) Σ_j (y[i,j] − t[i,j])².
// Shapes: output y [M,N], target t [M,N] → losses [M].   M rows (batch), N values a row.
// Work: one workgroup a row; thread t sums vectors t, t+256, … and the 256 sums meet in a tree, always in the same
// order; a workgroup strides on where the grid is clamped, and the last ones write the pads.
// Limits: M·N below 2³⁴. Pads of y and t are zero, so sums run over whole vectors.

override M: u32;
override N: u32;
override VECTORS: u32 = (N + 3u) / 4u; // 4-lane vectors of a row
override STORED: u32 = (M + 3u) / 4u * 4u; // elements of the result, pads included

@group(0) @binding(0) var<storage, read> y: array<vec4f>;
@group(0) @binding(1) var<storage, read> target_rows: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> losses: array<f32>;

var<workgroup> sums: array<f32, 256>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) t: u32,
) {
  for (var i = group.x; i < M; i += groups.x) {
    var sum = 0f;
    for (var v = t; v < VECTORS; v += 256u) {
      let error = y[i * VECTORS + v] - target_rows[i * VECTORS + v];
      sum += dot(error, error);
    }
    sums[t] = sum;
    for (var half = 128u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (t < half) {
        sums[t] += sums[t + half];
      }
    }
    if (t == 0u) {
      losses[i] = sums[0] / f32(N);
    }
    workgroupBarrier();
  }
  if (group.x == 0u && M + t < STORED) {
    losses[M + t] = 0;
  }
}
