// sum_parts: y = Σ parts[p], the second launch of calls whose first shares out long sums to PARTS workgroups a tile.
// Shapes: parts [PARTS,VECTORS] → y [VECTORS], vectors of 4 lanes.
// Work: SPLIT threads of a workgroup of 256 share the parts of a vector in turn; their sums meet in a tree, always in
// the same order. Neighbouring threads read neighbouring vectors.
// Limits: VECTORS·SPLIT up to 256·65,535. 4 KiB of workgroup memory. Pads of y are zero where those of the parts are.

override PARTS: u32;
override VECTORS: u32;
override SPLIT: u32;

override WIDTH: u32 = 256u / SPLIT; // vectors of a workgroup

@group(0) @binding(0) var<storage, read> parts: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

// For the tree.
var<workgroup> shared_sums: array<vec4f, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let vector = group.x * WIDTH + t % WIDTH;
  var sum = vec4f();
  if (vector < VECTORS) {
    for (var part = t / WIDTH; part < PARTS; part += SPLIT) {
      sum += parts[part * VECTORS + vector];
    }
  }
  shared_sums[t] = sum;
  for (var half = SPLIT / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (t < half * WIDTH) {
      shared_sums[t] += shared_sums[t + half * WIDTH];
    }
  }
  if (t < WIDTH && vector < VECTORS) {
    y[vector] = shared_sums[t];
  }
}
