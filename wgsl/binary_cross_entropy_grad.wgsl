// binary_cross_entropy_grad: dZ[i,j] = (σ(z[i,j]) - x[i,j])·dRow[i].
// Shapes: logits z [M,N], targets x [M,N], dRows [M] → dLogits dZ [M,N].   M rows (batch), N values a row.
// Work: one 4-lane vector a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: VECTORS below 2³¹.

override VECTORS: u32; // of the whole matrix
override N: u32;
override ROW_VECTORS: u32 = (N + 3u) / 4u;

@group(0) @binding(0) var<storage, read> logits: array<vec4f>;
@group(0) @binding(1) var<storage, read> targets: array<vec4f>;
@group(0) @binding(2) var<storage, read> dRows: array<f32>;
@group(0) @binding(3) var<storage, read_write> dLogits: array<vec4f>;

// Written so that the exponential cannot overflow.
fn sigmoid(z: vec4f) -> vec4f {
  let small = exp(-abs(z));
  return select(small, vec4f(1), z >= vec4f()) / (1 + small);
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < VECTORS; i += groups.x * 256u) {
    let isPad = vec4u(i % ROW_VECTORS * 4u) + vec4u(0, 1, 2, 3) >= vec4u(N);
    let dZ = (sigmoid(logits[i]) - targets[i]) * dRows[i / ROW_VECTORS];
    dLogits[i] = select(dZ, vec4f(), isPad);
  }
}
