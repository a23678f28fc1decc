// embedding_grad: dE[v,:] = Σ dY[…,i,:] over all i whose index is v.
// Shapes: X […,LENGTH], dY […,LENGTH,S] → dE [V,S].   COUNT indices.
// Work: a workgroup of 256 threads a row of dE; it strides on where the grid is clamped. Of 256 indices at a time each
// thread looks at one and sets its bit where it names the row; then each thread adds the terms that were found, in their
// order, to its vectors of the row.
// Limits: rows of up to 1,024 values are added in one pass over the indices, longer ones in several. Pads of dE are zero
// because those of dY are.

override COUNT: u32;
override LENGTH: u32;
override V: u32;
override S: u32;
override VECTORS: u32 = (S + 3u) / 4u;

@group(0) @binding(0) var<storage, read> indices: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> table: array<vec4f>;

var<workgroup> found: array<atomic<u32>, 8>;

// Whether an index names a row: by its bits, since what is no number may compare as it likes. -0 is 0.
fn names(index: f32, row: u32) -> bool {
  let bits = bitcast<u32>(index);
  return bits == bitcast<u32>(f32(row)) || (row == 0u && bits == 0x80000000u);
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) t: u32,
) {
  for (var row = group.x; row < V; row += groups.x) {
    for (var first = 0u; first < VECTORS; first += 256u) {
      var sum = vec4f();
      for (var block = 0u; block < COUNT; block += 256u) {
        if (t < 8u) { atomicStore(&found[t], 0u); }
        workgroupBarrier();
        let i = block + t;
        if (i < COUNT && names(indices[i / LENGTH * ((LENGTH + 3u) / 4u * 4u) + i % LENGTH], row)) {
          atomicOr(&found[t / 32u], 1u << (t % 32u));
        }
        workgroupBarrier();
        if (first + t < VECTORS) {
          for (var word = 0u; word < 8u; word++) {
            var left = atomicLoad(&found[word]);
            while (left != 0u) {
              let bit = firstTrailingBit(left);
              left &= left - 1u;
              sum += dy[(block + 32u * word + bit) * VECTORS + first + t];
            }
          }
        }
        workgroupBarrier();
      }
      if (first + t < VECTORS) { table[row * VECTORS + first + t] = sum; }
    }
  }
}
