// momentum: v ← μ·v − lr·(g + λc·p);  p ← p − lr·λd·p + (nesterov ? μ·v − lr·(g + λc·p) : v),
// where lr is the step's first scalar.
// Shapes: params p, updated; grads g; velocity v, updated; all [P].   λc coupled, λd decoupled weight decay.
// Work: one 4-lane vector a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: VECTORS below 2³¹. Pads stay zero because a zero parameter with a zero gradient does not move.

override VECTORS: u32; // P/4
override MOMENTUM: f32;
override NESTEROV: u32;
override COUPLED_DECAY: f32;
override DECOUPLED_DECAY: f32;

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
@group(0) @binding(2) var<storage, read_write> velocity: array<vec4f>;
@group(0) @binding(3) var<uniform> step: Step;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let lr = step.scalars[0].x;
  for (var i = id.x; i < VECTORS; i += groups.x * 256u) {
    let p = params[i];
    let scaled = lr * (grads[i] + COUPLED_DECAY * p);
    let v = MOMENTUM * velocity[i] - scaled;
    velocity[i] = v;
    var change = v;
    if (NESTEROV != 0u) {
      change = MOMENTUM * v - scaled;
    }
    params[i] = p - lr * DECOUPLED_DECAY * p + change;
  }
}
