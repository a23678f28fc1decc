// one_hot: X[i,c] = 1 where c = y[i], else 0.
// Shapes: indices y u32 [M] → X [M,C].   M rows (batch), C classes.
// Work: one 4-lane vector of X a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: M·C below 2³².

override M: u32;
override C: u32;
override VECTORS: u32 = (C + 3u) / 4u; // vectors of a row

@group(0) @binding(0) var<storage, read> indices: array<u32>;
@group(0) @binding(1) var<storage, read_write> x: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < M * VECTORS; at += groups.x * 256u) {
    let index = indices[at / VECTORS];
    let classes = vec4u(0, 1, 2, 3) + 4u * (at % VECTORS);
    x[at] = select(vec4f(0), vec4f(1), (classes == vec4u(index)) & (classes < vec4u(C)));
  }
}
