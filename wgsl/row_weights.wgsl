// row_weights: w[i] = 1/count for the first `count` rows of a batch, 0 for the rest, where `count` is the step's.
// Shapes: → w [M].   M rows (batch).
// Work: one weight a thread, 256 threads a workgroup; the threads after the last row write the pads.
// Limits: M below 2³².

override M: u32;
override STORED: u32 = (M + 3u) / 4u * 4u; // elements of the result, pads included

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

@group(0) @binding(0) var<storage, read_write> weights: array<f32>;
@group(0) @binding(1) var<uniform> step: Step;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < STORED; i += groups.x * 256u) {
    weights[i] = select(0f, step.weight, i < min(step.count, M));
  }
}
