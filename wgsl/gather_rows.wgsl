// gather_rows: X[i,:] = table[order[start + min(i, count-1)],:], where `start` and `count` are the step's.
// With WHOLE, start is 0 and count is M, whatever the step says.
// Shapes: table [R,D], order u32 [L] → X [M,D].   M rows (batch), D values a row.
// Work: one 4-lane vector of X a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: R·D below 2³². Pads of X are zero because those of the table are.

override M: u32;
override D: u32;
override WHOLE: u32;
override VECTORS: u32 = (D + 3u) / 4u; // vectors of a row

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

@group(0) @binding(0) var<storage, read> table: array<vec4f>;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read_write> x: array<vec4f>;
@group(0) @binding(3) var<uniform> step: Step;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  var start = step.start;
  var last = step.count - 1u;
  if (WHOLE != 0u) {
    start = 0u;
    last = M - 1u;
  }
  for (var at = id.x; at < M * VECTORS; at += groups.x * 256u) {
    let row = order[start + min(at / VECTORS, last)];
    x[at] = table[row * VECTORS + at % VECTORS];
  }
}
