// weigh_rows: s[i] = w[i] / Σ_j d[j] for the step's real rows, 0 for the rest; all 0 where the sum is 0.
// Shapes: weights w [M], divisors d [M] → s [M].   M rows (batch).
// Work: one workgroup of 256 threads; each sums every 256th divisor, and they meet in a tree, always in the same order.
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

@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read> divisors: array<f32>;
@group(0) @binding(2) var<storage, read_write> shares: array<f32>;
@group(0) @binding(3) var<uniform> step: Step;

var<workgroup> sums: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32) {
  let count = min(step.count, M);
  var sum = 0f;
  for (var i = thread; i < count; i += 256u) {
    sum += divisors[i];
  }
  sums[thread] = sum;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half /= 2u) {
    if (thread < half) {
      sums[thread] += sums[thread + half];
    }
    workgroupBarrier();
  }
  let total = sums[0];
  for (var i = thread; i < STORED; i += 256u) {
    var share = 0f;
    if (i < count && total > 0f) {
      share = weights[i] / total;
    }
    shares[i] = share;
  }
}
