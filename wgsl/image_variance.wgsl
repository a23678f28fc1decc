// image_variance: V[b,c] = (1/P) Σ_p (X[b,p,c] − m[b,c])², the variance of each channel of an image.
// Shapes: X [B,P,C], m [B,C] → V [B,C].
// Work: one workgroup per 4 channels of an image. Thread t sums places t, t+256, … of them; the 256 sums meet in a tree,
// always in the same order.
// Limits: B up to 65,535, C up to 4·65,535; B·P·C below 2³⁴. Pads of V are zero because those of X and m are.

override PLACES: u32;
override VECTORS: u32; // 4-lane vectors of a row

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> means: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> v: array<vec4f>;

var<workgroup> sums: array<vec4f, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let row = group.y * VECTORS + group.x;
  let mean = means[row];
  var sum = vec4f();
  for (var p = t; p < PLACES; p += 256u) {
    let difference = x[(group.y * PLACES + p) * VECTORS + group.x] - mean;
    sum += difference * difference;
  }
  sums[t] = sum;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (t < half) {
      sums[t] += sums[t + half];
    }
  }
  if (t == 0u) {
    v[row] = sums[0] / f32(PLACES);
  }
}
