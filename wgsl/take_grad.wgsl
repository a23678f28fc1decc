// take_grad: dTable[v] = Σ dY[i] over the i whose index is v, in their order.
// Shapes: indices u32 [INDEX_ROWS,INDEX_COLUMNS], dY of VECTORS 4-lane vectors an index → dTable [ENTRIES,…].
// Work: one 4-lane vector of dTable a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: elements of dY and of dTable below 2³². Each thread reads all indices: meant for thousands of entries.

override ENTRIES: u32;
override INDEX_ROWS: u32;
override INDEX_COLUMNS: u32;
override VECTORS: u32;
override INDEX_PITCH: u32 = (INDEX_COLUMNS + 3u) / 4u * 4u;

@group(0) @binding(0) var<storage, read> indices: array<u32>;
@group(0) @binding(1) var<storage, read> d_y: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> d_table: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < ENTRIES * VECTORS; at += groups.x * 256u) {
    let entry = at / VECTORS;
    var sum = vec4f();
    var source = at % VECTORS;
    for (var r = 0u; r < INDEX_ROWS; r++) {
      for (var c = 0u; c < INDEX_COLUMNS; c++) {
        if (indices[r * INDEX_PITCH + c] == entry) {
          sum += d_y[source];
        }
        source += VECTORS;
      }
    }
    d_table[at] = sum;
  }
}
