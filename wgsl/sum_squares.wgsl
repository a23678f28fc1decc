// sum_squares: s[b] = Σᵢ x[i]² over the 1,024 vectors of block b.
// Shapes: x of VECTORS vectors → s [BLOCKS].
// Work: one workgroup per block, and per pad of s, whose block is empty. Thread t takes vectors t, t+256, … of it; the
// 256 sums meet in a tree, always in the same order. A workgroup strides on where the grid is clamped.
// Limits: VECTORS below 2³¹. A square beyond 3.4·10³⁸ is infinite.

override VECTORS: u32;
override BLOCKS: u32;
override STORED: u32 = (BLOCKS + 3u) / 4u * 4u; // elements of the result, pads included

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> s: array<f32>;

var<workgroup> sums: array<f32, 256>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) t: u32,
) {
  for (var b = group.x; b < STORED; b += groups.x) {
    var sum = 0f;
    for (var i = b * 1024u + t; i < min((b + 1u) * 1024u, VECTORS); i += 256u) {
      sum += dot(x[i], x[i]);
    }
    workgroupBarrier();
    sums[t] = sum;
    for (var half = 128u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (t < half) {
        sums[t] += sums[t + half];
      }
    }
    if (t == 0u) {
      s[b] = sums[0];
    }
  }
}
