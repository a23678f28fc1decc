// take: y[i] = table[indices[i]]; NaN where there is no such entry.
// Shapes: table [ENTRIES,…] of VECTORS 4-lane vectors an entry, indices u32 of COUNT in rows of INDEX_COLUMNS → y.
// Work: one 4-lane vector of y a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: elements of the table and of y below 2³².

override COUNT: u32;
override ENTRIES: u32;
override INDEX_COLUMNS: u32;
override COLUMNS: u32; // of a row of an entry
override VECTORS: u32;
override INDEX_PITCH: u32 = (INDEX_COLUMNS + 3u) / 4u * 4u;
override ROW_VECTORS: u32 = (COLUMNS + 3u) / 4u;

@group(0) @binding(0) var<storage, read> table: array<vec4f>;
@group(0) @binding(1) var<storage, read> indices: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < COUNT * VECTORS; at += groups.x * 256u) {
    let i = at / VECTORS;
    let v = at % VECTORS;
    let entry = indices[i / INDEX_COLUMNS * INDEX_PITCH + i % INDEX_COLUMNS];
    if (entry < ENTRIES) {
      y[at] = table[entry * VECTORS + v];
    } else {
      let column = vec4u(v % ROW_VECTORS * 4u) + vec4u(0, 1, 2, 3);
      y[at] = bitcast<vec4f>(select(vec4u(), vec4u(entry | 0x7fc00000u), column < vec4u(COLUMNS)));
    }
  }
}
