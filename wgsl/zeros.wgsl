// zeros: z = 0.
// Shapes: → z [N].
// Work: one 4-lane vector a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: N below 2³².

override VECTORS: u32;

@group(0) @binding(0) var<storage, read_write> z: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < VECTORS; i += groups.x * 256u) { z[i] = vec4f(); }
}
