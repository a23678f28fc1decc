// concat: y is a and b behind one another along an axis.
// Shapes: a and b of up to four axes → y of ROWS rows. A_ROWS rows of a and B_ROWS of b take turns; with LAST each row is
// made of one of both.
// Work: one 4-lane vector of y a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: elements of y below 2³².

override ROWS: u32;
override LAST: u32;
override A_ROWS: u32;
override B_ROWS: u32;
override A_COLUMNS: u32;
override B_COLUMNS: u32;
override A_PITCH: u32 = (A_COLUMNS + 3u) / 4u * 4u;
override B_PITCH: u32 = (B_COLUMNS + 3u) / 4u * 4u;
override COLUMNS: u32 = A_COLUMNS + LAST * B_COLUMNS;
override VECTORS: u32 = (COLUMNS + 3u) / 4u; // 4-lane vectors of a row of y

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

// Column `c` of row `row` of y.
fn value(row: u32, c: u32) -> f32 {
  if (c >= COLUMNS) {
    return 0f;
  }
  if (LAST != 0u) {
    if (c < A_COLUMNS) {
      return a[row * A_PITCH + c];
    }
    return b[row * B_PITCH + c - A_COLUMNS];
  }
  let turn = row / (A_ROWS + B_ROWS);
  let within = row % (A_ROWS + B_ROWS);
  if (within < A_ROWS) {
    return a[(turn * A_ROWS + within) * A_PITCH + c];
  }
  return b[(turn * B_ROWS + within - A_ROWS) * A_PITCH + c];
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < ROWS * VECTORS; at += groups.x * 256u) {
    let row = at / VECTORS;
    let c = at % VECTORS * 4u;
    y[at] = vec4f(value(row, c), value(row, c + 1u), value(row, c + 2u), value(row, c + 3u));
  }
}
