// gather_elements: y[i] = table[order[start + min(i, count-1)]], where `start` and `count` are the step's.
// With WHOLE, start is 0 and count is M, whatever the step says.
// Shapes: table [R] of u32 or f32, whose bits are copied; order u32 [L] → y [M].   M rows (batch).
// Work: one element a thread, 256 threads a workgroup; the threads after the last row write the pads.
// Limits: M below 2³².

override M: u32;
override WHOLE: u32;
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

@group(0) @binding(0) var<storage, read> table: array<u32>;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;
@group(0) @binding(3) var<uniform> step: Step;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  var start = step.start;
  var last = step.count - 1u;
  if (WHOLE != 0u) {
    start = 0u;
    last = M - 1u;
  }
  for (var i = id.x; i < STORED; i += groups.x * 256u) {
    var element = 0u;
    if (i < M) {
      element = table[order[start + min(i, last)]];
    }
    y[i] = element;
  }
}
