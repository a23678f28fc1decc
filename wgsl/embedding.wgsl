// embedding: Y[…,i,:] = E[X[…,i],:]; a row of NaN where X is no whole number of 0 to V-1.
// Shapes: X […,LENGTH], E [V,S] → Y […,LENGTH,S].
// Work: one 4-lane vector of Y a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: vectors of Y below 2³². Pads of Y are zero because those of E are.

override ROWS: u32; // of Y
override LENGTH: u32;
override V: u32;
override S: u32;
override VECTORS: u32 = (S + 3u) / 4u;

@group(0) @binding(0) var<storage, read> indices: array<f32>;
@group(0) @binding(1) var<storage, read> table: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

// Whether an index names a row: by its bits, since what is no number may compare as it likes. -0 is 0.
fn names(index: f32, row: u32) -> bool {
  let bits = bitcast<u32>(index);
  return bits == bitcast<u32>(f32(row)) || (row == 0u && bits == 0x80000000u);
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < ROWS * VECTORS; at += groups.x * 256u) {
    let i = at / VECTORS;
    let index = indices[i / LENGTH * ((LENGTH + 3u) / 4u * 4u) + i % LENGTH];
    let row = u32(clamp(index, 0f, f32(V - 1u)));
    let found = table[row * VECTORS + at % VECTORS];
    let isPad = vec4u(4u * (at % VECTORS)) + vec4u(0, 1, 2, 3) >= vec4u(S);
    let none = select(bitcast<vec4f>(bitcast<vec4u>(found) | vec4u(0x7fc00000)), vec4f(), isPad);
    y[at] = select(none, found, names(index, row));
  }
}
