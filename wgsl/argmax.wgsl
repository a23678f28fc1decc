// argmax: where the largest value of each row is; of equal ones the first.
// Shapes: x [ROWS·N,C] → u32 [ROWS,N].
// Work: one element of the result a thread, pads included, 256 threads a workgroup; a thread strides on where the grid is
// clamped.
// Limits: elements of x below 2³². One thread reads a whole row: meant for hundreds of columns.

override ROWS: u32;
override N: u32;
override C: u32;
override PITCH: u32 = (C + 3u) / 4u * 4u;
override RESULT_PITCH: u32 = (N + 3u) / 4u * 4u;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;

fn largest_at(row: u32) -> u32 {
  var best = 0u;
  var largest = x[row * PITCH];
  for (var c = 1u; c < C; c++) {
    let value = x[row * PITCH + c];
    if (value > largest) {
      best = c;
      largest = value;
    }
  }
  return best;
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < ROWS * RESULT_PITCH; at += groups.x * 256u) {
    let column = at % RESULT_PITCH;
    var best = 0u;
    if (column < N) {
      best = largest_at(at / RESULT_PITCH * N + column);
    }
    y[at] = best;
  }
}
