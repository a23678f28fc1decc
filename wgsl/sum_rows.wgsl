// sum_rows: s[j] = Σᵢ X[i,j], the gradient of a bias.
// Shapes: X [M,N] → s [N]; M counts the rows of all axes but the last.
// Work: PARTS workgroups per 4 columns share their rows; each writes its sums to an s of its own, which sum_parts adds
// up. Of these rows thread t sums t, t+256, …, four at a time, so that several reads are on their way; the 256 sums meet
// in a tree, always in the same order.
// Limits: N up to 4·65,535; M·N below 2³⁴. Pads of s are zero because those of X are.

override M: u32;
override N: u32;
override PARTS: u32;
override PART_ROWS: u32 = (M + PARTS - 1u) / PARTS;
override VECTORS: u32 = (N + 3u) / 4u; // 4-lane vectors of a row

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> s: array<vec4f>;

var<workgroup> sums: array<vec4f, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  var sum = vec4f();
  let end = min((group.y + 1u) * PART_ROWS, M);
  var i = group.y * PART_ROWS + t;
  for (; i + 768u < end; i += 1024u) {
    let at = i * VECTORS + group.x;
    sum += x[at] + x[at + 256u * VECTORS] + (x[at + 512u * VECTORS] + x[at + 768u * VECTORS]);
  }
  for (; i < end; i += 256u) {
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
    s[group.y * VECTORS + group.x] = sums[0];
  }
}
