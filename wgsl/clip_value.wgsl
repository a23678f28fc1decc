// clip_value: g ← max(−MAX_VALUE, min(g, MAX_VALUE)), each value for itself; NaN stays.
// Shapes: g of VECTORS vectors, updated.
// Work: one 4-lane vector a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: VECTORS below 2³¹. Pads are zero and stay so.

override VECTORS: u32;
override MAX_VALUE: f32;

@group(0) @binding(0) var<storage, read_write> grads: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let high = vec4f(MAX_VALUE);
  for (var i = id.x; i < VECTORS; i += groups.x * 256u) {
    let g = grads[i];
    // min() and max() may drop a NaN; a comparison with it is false.
    let below = select(g, high, g > high);
    grads[i] = select(below, -high, g < -high);
  }
}
