// reshape: the same values in the same dense order, under a last axis of another size.
// Shapes: X [B,…,FROM] → Y [B,…,TO] of ROWS·TO values.
// Work: one 4-lane vector of Y a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: ROWS·TO below 2³².

override ROWS: u32; // rows of Y: all axes but the last
override FROM: u32;
override TO: u32;
override FROM_PITCH: u32 = (FROM + 3u) / 4u * 4u;
override VECTORS: u32 = (TO + 3u) / 4u; // 4-lane vectors of a row of Y

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < ROWS * VECTORS; at += groups.x * 256u) {
    let column = 4u * (at % VECTORS);
    let first = at / VECTORS * TO + column;
    var four = vec4f();
    for (var lane = 0u; lane < 4u; lane++) {
      if (column + lane < TO) {
        let source = first + lane;
        four[lane] = x[source / FROM * FROM_PITCH + source % FROM];
      }
    }
    y[at] = four;
  }
}
