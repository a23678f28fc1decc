// sgd: p ← p − lr·(g + λ·p), where lr is the step's first scalar and λ is DECAY.
// Shapes: params p, updated, and grads g, both [P].
// Work: one 4-lane vector a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: VECTORS below 2³¹. Pads stay zero because a zero parameter with a zero gradient does not move.

override VECTORS: u32; // P/4
override DECAY: f32;

struct Step {
  start: u32,
  count: u32,
  slot: u32,
  step: u32,
  seed: vec2u,
  weight: f32, // 1/count
  unused: u32,
  scalars: array<vec4f, 4>,
}

@group(0) @binding(0) var<storage, read_write> params: array<vec4f>;
@group(0) @binding(1) var<storage, read> grads: array<vec4f>;
@group(0) @binding(2) var<uniform> step: Step;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let lr = step.scalars[0].x;
  for (var i = id.x; i < VECTORS; i += groups.x * 256u) {
    let p = params[i];
    params[i] = p - lr * (grads[i] + DECAY * p);
  }
}
