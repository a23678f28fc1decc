// mean_squared_error_grad: dY[i,j] = (2/N)·(y[i,j] − t[i,j])·dLoss[i].
// Shapes: output y [M,N], target t [M,N], dLosses [M] → dY [M,N].   M rows (batch), N values a row.
// Work: one 4-lane vector a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: VECTORS below 2³¹. Pads stay zero because those of y and t are.

override VECTORS: u32; // of the whole matrix
override N: u32;
override ROW_VECTORS: u32 = (N + 3u) / 4u;

@group(0) @binding(0) var<storage, read> y: array<vec4f>;
@group(0) @binding(1) var<storage, read> target_rows: array<vec4f>;
@group(0) @binding(2) var<storage, read> dLosses: array<f32>;
@group(0) @binding(3) var<storage, read_write> dY: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < VECTORS; i += groups.x * 256u) {
    dY[i] = (y[i] - target_rows[i]) * (2 / f32(N) * dLosses[i / ROW_VECTORS]);
  }
}
