// centred_sums: S[b,0,c] = Σ_p A[b,p,c] and S[b,1,c] = Σ_p A[b,p,c]·(X[b,p,c] − m[c]).
// Shapes: A and X [B,P,C], m [C] → S [B,2,C].
// Work: one workgroup per 4 channels of an image. Thread t sums places t, t+256, … of them; the 256 sums meet in a tree,
// always in the same order.
// Limits: B up to 65,535, C up to 4·65,535; B·P·C below 2³⁴. Pads of S are zero because those of A are.

override PLACES: u32;
override VECTORS: u32; // 4-lane vectors of a row

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> means: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> s: array<vec4f>;

var<workgroup> sums: array<vec4f, 256>;
var<workgroup> products: array<vec4f, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let mean = means[group.x];
  var sum = vec4f();
  var product = vec4f();
  for (var p = t; p < PLACES; p += 256u) {
    let at = (group.y * PLACES + p) * VECTORS + group.x;
    sum += a[at];
    product += a[at] * (x[at] - mean);
  }
  sums[t] = sum;
  products[t] = product;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (t < half) {
      sums[t] += sums[t + half];
      products[t] += products[t + half];
    }
  }
  if (t == 0u) {
    let row = 2u * group.y * VECTORS + group.x;
    s[row] = sums[0];
    s[row + VECTORS] = products[0];
  }
}
