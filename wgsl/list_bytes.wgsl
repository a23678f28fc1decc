// list_bytes: the non-zeros of rows table[order[0 … M-1],:], times SCALE, as lists by rows or by columns in blocks of
// 256 rows; the layout is that of src/ops/_lists.ts.
// Shapes: table u8 [R,K] in words of four, order u32 [L] → lists u32.   M rows (batch), K inputs.
// Work: one workgroup of 256 threads. Each counts the entries of its share of the groups; the sum of the counts before
// it tells where its own lists begin; then it writes them.
// Limits: one workgroup, since it is made once. Plans for this executor gather and multiply by tiles instead.

override M: u32;
override K: u32;
override STRIDE: u32; // bytes of a row of the matrix to multiply
override SCALE: f32;
override BY_COLUMNS: u32;
override VALUES_AT: u32;
override CAPACITY: u32;
override WORDS: u32 = (K + 3u) / 4u; // words of a table row
override GROUPS: u32 = select(M, (M + 255u) / 256u * K, BY_COLUMNS == 1u);
override SHARE: u32 = (GROUPS + 255u) / 256u; // groups of a thread

@group(0) @binding(0) var<storage, read> table: array<u32>;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read_write> lists: array<u32>;

var<workgroup> counts: array<u32, 256>;

// Elements of a group: all columns of a row, or a column's part of a block.
fn size_of(group: u32) -> u32 {
  if (BY_COLUMNS == 0u) { return K; }
  return min(256u, M - group / K * 256u);
}

fn byte_of(group: u32, element: u32) -> u32 {
  var row = group;
  var column = element;
  if (BY_COLUMNS == 1u) {
    row = group / K * 256u + element;
    column = group % K;
  }
  return (table[order[row] * WORDS + column / 4u] >> (8u * (column % 4u))) & 0xffu;
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) t: u32) {
  let first = min(t * SHARE, GROUPS);
  let last = min(first + SHARE, GROUPS);
  var count = 0u;
  for (var group = first; group < last; group++) {
    for (var e = 0u; e < size_of(group); e++) {
      count += select(0u, 1u, byte_of(group, e) != 0u);
    }
  }
  counts[t] = count;
  workgroupBarrier();

  var entries = 0u;
  for (var before = 0u; before < t; before++) {
    entries += counts[before];
  }
  for (var group = first; group < last; group++) {
    lists[group] = entries;
    for (var e = 0u; e < size_of(group); e++) {
      let byte = byte_of(group, e);
      if (byte != 0u) {
        lists[VALUES_AT + entries] = bitcast<u32>(SCALE * f32(byte));
        lists[VALUES_AT + CAPACITY + entries] = e * STRIDE;
        entries++;
      }
    }
  }
  if (t == 255u) {
    lists[GROUPS] = entries;
  }
}
