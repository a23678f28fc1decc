// amsgrad: m ← β₁·m + (1−β₁)·g;  v ← β₂·v + (1−β₂)·g²;  w ← max(w, v);  p ← p − lr·λd·p − a·m / (√w·c + ε),
// g including λc·p, where a = lr/(1−β₁ᵗ), c = 1/√(1−β₂ᵗ) and lr are the step's first three scalars.
// Shapes: params p, updated; grads g; first moment m, second moment v and its largest value w, updated; all [P].
// Work: one 4-lane vector a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: VECTORS below 2³¹. Pads stay zero because a zero parameter with a zero gradient does not move.

override VECTORS: u32; // P/4
override BETA1: f32;
override ONE_MINUS_BETA1: f32; // computed in float64: 1 - BETA1 in f32 has lost digits
override BETA2: f32;
override ONE_MINUS_BETA2: f32;
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
@group(0) @binding(2) var<storage, read_write> first: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> second: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> largest: array<vec4f>;
@group(0) @binding(5) var<uniform> step: Step;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let a = step.scalars[0].x;
  let c = step.scalars[0].y;
  let lr = step.scalars[0].z;
  for (var i = id.x; i < VECTORS; i += groups.x * 256u) {
    let p = params[i];
    let g = grads[i] + COUPLED_DECAY * p;
    let m = BETA1 * first[i] + ONE_MINUS_BETA1 * g;
    let v = BETA2 * second[i] + ONE_MINUS_BETA2 * g * g;
    first[i] = m;
    second[i] = v;
    let w = max(largest[i], v);
    largest[i] = w;
    params[i] = p - lr * DECOUPLED_DECAY * p - a * m / (sqrt(w) * c + EPSILON);
  }
}
