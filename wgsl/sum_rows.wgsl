// sum_rows: s[j] = Σᵢ X[i,j], the gradient of a bias.
// Shapes: X [M,N] → s [N]; M counts the rows of all axes but the last.
// Work: one workgroup per 4 columns. Thread t sums rows t, t+256, … of them, four at a time, so that several reads are
// on their way; the 256 sums meet in a tree, always in the same order.
// Limits: N up to 4·65,535; M·N below 2³⁴. Pads of s are zero because those of X are.

override M: u32;
override N: u32;
override VECTORS: u32 = (N + 3u) / 4u; // 4-lane vectors of a row

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> s: array<vec4f>;

var<workgroup> sums: array<vec4f, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  var sum = vec4f();
  var i = t;
  for (; i + 768u < M; i += 1024u) {
    let at = i * VECTORS + group.x;
    sum += x[at] + x[at + 256u * VECTORS] + (x[at + 512u * VECTORS] + x[at + 768u * VECTORS]);
  }
  for (; i < M; i += 256u) {
    sum += x[i * VECTORS + group.x];
  }
  sums[t] = sum;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (t < half) {
      sums[t] += sums[t + half];
    }
  }
  if (t == 0u) {
    s[group.x] = sums[0];
  }
}
