// clip_norm: g ← g·min(1, MAX_NORM/(√(Σ s) + 10⁻⁶)).
// Shapes: g of VECTORS vectors, updated; squares s [BLOCKS].
// Work: every workgroup adds the few s by itself: thread t takes s[t], s[t+256], …, and the 256 sums meet in a tree,
// always in the same order. Then one 4-lane vector a thread; a thread strides on where the grid is clamped.
// Limits: VECTORS below 2³¹. Pads stay zero unless the factor is NaN, when all is lost; a compiler may make 0/NaN 0, so
// that with MAX_NORM 0 it is 0.

override VECTORS: u32;
override BLOCKS: u32;
override MAX_NORM: f32;

@group(0) @binding(0) var<storage, read_write> grads: array<vec4f>;
@group(0) @binding(1) var<storage, read> squares: array<f32>;

var<workgroup> sums: array<f32, 256>;

@compute @workgroup_size(256)
fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) t: u32,
) {
  var sum = 0f;
  for (var b = t; b < BLOCKS; b += 256u) {
    sum += squares[b];
  }
  sums[t] = sum;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (t < half) {
      sums[t] += sums[t + half];
    }
  }
  workgroupBarrier();
  let factor = MAX_NORM / (sqrt(sums[0]) + 1e-6);
  // By its bits, as a compiler may take NaN for above 1: it goes on.
  let bits = bitcast<u32>(factor);
  if (bits >= 0x3f800000u && bits <= 0x7f800000u) {
    return;
  }
  for (var i = id.x; i < VECTORS; i += groups.x * 256u) {
    grads[i] = grads[i] * factor;
  }
}
