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
    let below = select(g, high, g > high);
    let clipped = select(below, -high, g < -high);
    // By its bits: min() and max() may drop a NaN, and of a comparison compilers may make them.
    let isNan = (bitcast<vec4u>(g) & vec4u(0x7fffffff)) > vec4u(0x7f800000);
    grads[i] = select(clipped, g, isNan);
  }
}
