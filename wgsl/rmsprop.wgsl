// rmsprop: s ← ρ·s + (1−ρ)·g²;  m ← ρ·m + (1−ρ)·g (centred only);  var = s or s − m²;
// d = √(var + ε) or √var + ε;  u = lr·g/d;  with momentum v ← μ·v + u and u = v;  p ← p − lr·λd·p − u,
// g including λc·p, where lr is the step's first scalar.
// Shapes: params p, updated; grads g; squares s, means m, velocity v, updated; all [P].
// Work: one 4-lane vector a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: VECTORS below 2³¹. Pads stay zero because a zero parameter with a zero gradient does not move.

override VECTORS: u32; // P/4
override RHO: f32;
override ONE_MINUS_RHO: f32; // computed in float64: 1 - RHO in f32 has lost digits
override MOMENTUM: f32;
override EPSILON: f32;
override EPSILON_INSIDE: u32;
override CENTERED: u32;
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
@group(0) @binding(3) var<storage, read_write> means: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> velocity: array<vec4f>;
@group(0) @binding(5) var<uniform> step: Step;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let lr = step.scalars[0].x;
  for (var i = id.x; i < VECTORS; i += groups.x * 256u) {
    let p = params[i];
    let g = grads[i] + COUPLED_DECAY * p;
    let s = RHO * squares[i] + ONE_MINUS_RHO * g * g;
    squares[i] = s;
    var variance = s;
    if (CENTERED != 0u) {
      let m = RHO * means[i] + ONE_MINUS_RHO * g;
      means[i] = m;
      variance = max(vec4f(0), s - m * m);
    }
    var divisor = sqrt(variance) + EPSILON;
    if (EPSILON_INSIDE != 0u) {
      divisor = sqrt(variance + EPSILON);
    }
    var change = lr * g / divisor;
    if (MOMENTUM > 0) {
      change += MOMENTUM * velocity[i];
      velocity[i] = change;
    }
    params[i] = p - lr * DECOUPLED_DECAY * p - change;
  }
}
