// confusion: counts[label[i], prediction[i]] += 1 for the first `count` rows, where `count` is the step's.
// The prediction is the largest logit; of equal ones the first.
// Shapes: logits [M,C], labels u32 [M], counts u32 [C,C], updated.   M rows (batch), C classes.
// Work: one row a thread, 256 threads a workgroup. Rows meet by atomic addition of integers, whose order does
// not matter.
// Limits: M·C below 2³². A label of C or more is not counted.

override M: u32;
override C: u32;
override PITCH: u32 = (C + 3u) / 4u * 4u;

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

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@group(0) @binding(2) var<storage, read_write> counts: array<atomic<u32>>;
@group(0) @binding(3) var<uniform> step: Step;

fn argmax(row: u32) -> u32 {
  var best = 0u;
  var largest = logits[row * PITCH];
  for (var c = 1u; c < C; c++) {
    let logit = logits[row * PITCH + c];
    if (logit > largest) {
      best = c;
      largest = logit;
    }
  }
  return best;
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < min(step.count, M); i += groups.x * 256u) {
    let label = labels[i];
    if (label < C) {
      atomicAdd(&counts[label * PITCH + argmax(i)], 1u);
    }
  }
}
