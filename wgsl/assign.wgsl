// assign: s[i] = v[i].
// Shapes: state s, value v, the same → s, updated.
// Work: one 4-lane vector a thread, pads included, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: fewer than 2³² elements.

override VECTORS: u32;

@group(0) @binding(0) var<storage, read_write> state: array<vec4f>;
@group(0) @binding(1) var<storage, read> value: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < VECTORS; i += groups.x * 256u) {
    state[i] = value[i];
  }
}
