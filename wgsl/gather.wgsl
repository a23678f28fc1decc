// gather: X[i,:] = SCALE · table[order[start + min(i, count-1)],:], where `start` and `count` are the step's.
// With WHOLE, start is 0 and count is M, whatever the step says.
// Shapes: table u8 [R,D], four values a word; order u32 [L] → X [M,D].   M rows (batch), D values a row.
// Work: one word of the table, and so one 4-lane vector of X, a thread; 256 threads a workgroup; a thread
// strides on where the grid is clamped.
// Limits: R·D below 2³⁴. Pads of X are zero because those of the table are.

override M: u32;
override D: u32;
override SCALE: f32;
override WHOLE: u32;
override WORDS: u32 = (D + 3u) / 4u; // words of a row of the table, and vectors of a row of X

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

@group(0) @binding(0) var<storage, read> table: array<u32>;
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
  for (var at = id.x; at < M * WORDS; at += groups.x * 256u) {
    let i = at / WORDS;
    let row = order[start + min(i, last)];
    let bytes = (vec4u(table[row * WORDS + at % WORDS]) >> vec4u(0, 8, 16, 24)) & vec4u(255);
    x[at] = SCALE * vec4f(bytes);
  }
}
