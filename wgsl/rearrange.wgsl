// rearrange: y[i] = x[j], the axes in another order and from other starts; 0 where j is outside.
// Shapes: x of four axes → y [SIZE_0,SIZE_1,SIZE_2,SIZE_3]. Axis k goes by STRIDE_k elements of x and is inside x from
// FROM_k to TO_k.
// Work: one 4-lane vector of y a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: elements of x and of y below 2³¹.

override ROWS: u32; // rows of y: all axes but the last
override BASE: i32; // where in x the first element of y would be
override SIZE_0: i32;
override STRIDE_0: i32;
override FROM_0: i32;
override TO_0: i32;
override SIZE_1: i32;
override STRIDE_1: i32;
override FROM_1: i32;
override TO_1: i32;
override SIZE_2: i32;
override STRIDE_2: i32;
override FROM_2: i32;
override TO_2: i32;
override SIZE_3: i32;
override STRIDE_3: i32;
override FROM_3: i32;
override TO_3: i32;
override VECTORS: u32 = (u32(SIZE_3) + 3u) / 4u; // 4-lane vectors of a row of y

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < ROWS * VECTORS; at += groups.x * 256u) {
    let row = i32(at / VECTORS);
    let i2 = row % SIZE_2;
    let i1 = row / SIZE_2 % SIZE_1;
    let i0 = row / SIZE_2 / SIZE_1;
    let is_inside = i0 < SIZE_0 && i0 >= FROM_0 && i0 < TO_0 && i1 >= FROM_1 && i1 < TO_1 && i2 >= FROM_2 && i2 < TO_2;
    let source = BASE + i0 * STRIDE_0 + i1 * STRIDE_1 + i2 * STRIDE_2;
    var four = vec4f();
    for (var lane = 0; lane < 4; lane++) {
      let i3 = i32(at % VECTORS) * 4 + lane;
      if (is_inside && i3 >= FROM_3 && i3 < TO_3) {
        four[lane] = x[source + i3 * STRIDE_3];
      }
    }
    y[at] = four;
  }
}
