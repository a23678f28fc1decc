// record: metrics[slot, COLUMN] = Σ values[i] over the first `count` rows, where `slot` and `count` are the step's.
// Shapes: values [M], metrics [SLOTS,·] with PITCH elements a row, updated.   M rows (batch).
// Work: one workgroup. Thread t sums values t, t+256, …; the 256 sums meet in a tree, always in the same order.
// Limits: a slot outside the table is not written. One workgroup: meant for up to some 100,000 rows.

override M: u32;
override SLOTS: u32;
override PITCH: u32;
override COLUMN: u32;

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

@group(0) @binding(0) var<storage, read> values: array<f32>;
@group(0) @binding(1) var<storage, read_write> metrics: array<f32>;
@group(0) @binding(2) var<uniform> step: Step;

var<workgroup> sums: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) t: u32) {
  var sum = 0f;
  for (var i = t; i < min(step.count, M); i += 256u) {
    sum += values[i];
  }
  sums[t] = sum;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (t < half) {
      sums[t] += sums[t + half];
    }
  }
  if (t == 0u && step.slot < SLOTS) {
    metrics[step.slot * PITCH + COLUMN] = sums[0];
  }
}
