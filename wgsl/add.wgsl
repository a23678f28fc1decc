// add: C = A + B, element by element.
// Shapes: A, B → C, all the same.
// Work: one 4-lane vector a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: VECTORS below 2³¹. Pads stay zero because zero plus zero is zero.

override VECTORS: u32; // 4-lane vectors of a tensor, pads included

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < VECTORS; i += groups.x * 256u) {
    c[i] = a[i] + b[i];
  }
}
