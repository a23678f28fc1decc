// adagrad: s ← s + g²;  p ← p − lr·λd·p − lr·g / (√(s₀ + s) + ε),  g including λc·p, where lr is the step's first scalar.
// Shapes: params p, updated; grads g; sums of squares s, updated; all [P].   s₀ INITIAL_ACCUMULATOR.
// Work: one 4-lane vector a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: VECTORS below 2³¹. Pads stay zero because a zero parameter with a zero gradient does not move.

override VECTORS: u32; // P/4
override INITIAL_ACCUMULATOR: f32;
override EPSILON: f32;
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
@group(0) @binding(2) var<storage, read_write> squares: array<vec4f>;
@group(0) @binding(3) var<uniform> step: Step;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let lr = step.scalars[0].x;
  for (var i = id.x; i < VECTORS; i += groups.x * 256u) {
    let p = params[i];
    let g = grads[i] + COUPLED_DECAY * p;
    let s = squares[i] + g * g;
    squares[i] = s;
    params[i] = p - lr * DECOUPLED_DECAY * p - lr * g / (sqrt(INITIAL_ACCUMULATOR + s) + EPSILON);
  }
}
