// dropout: Y = X ∘ mask · SCALE, keeping the elements whose random word is at least LIMIT.
// Shapes: X → Y, of one shape.
// Work: one 4-lane vector a thread, 256 threads a workgroup; a thread strides on where the grid is clamped. Vector
// v draws the Philox4x32-10 block with counter [v, step, LANE, STREAM] and the step's seed as key: integers alone,
// so the mask is the same on every device.
// Limits: VECTORS below 2³¹. Pads stay zero because those of X are.

override VECTORS: u32;
override LIMIT: u32; // rate·2³²
override SCALE: f32; // 1/(1 - rate)
override LANE: u32;
override STREAM: u32;

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

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<uniform> step: Step;

// WGSL has no 64-bit product: the high word comes from products of 16-bit halves.
fn multiply_high(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle1 = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let middle2 = (a & 0xffffu) * (b >> 16u) + (middle1 & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle1 >> 16u) + (middle2 >> 16u);
}

fn philox4x32(start: vec4u, seed: vec2u) -> vec4u {
  var counter = start;
  var key = seed;
  for (var round = 0u; round < 10u; round++) {
    counter = vec4u(
      multiply_high(0xcd9e8d57u, counter.z) ^ counter.y ^ key.x,
      0xcd9e8d57u * counter.z,
      multiply_high(0xd2511f53u, counter.x) ^ counter.w ^ key.y,
      0xd2511f53u * counter.x,
    );
    key += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return counter;
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < VECTORS; i += groups.x * 256u) {
    let words = philox4x32(vec4u(i, step.step, LANE, STREAM), step.seed);
    y[i] = select(vec4f(), x[i] * SCALE, words >= vec4u(LIMIT));
  }
}
