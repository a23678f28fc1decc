// matmul: C = op(A)·op(B), where op transposes if asked to.
// Shapes: op(A) [M,K], op(B) [K,N] → C [M,N]; with a transpose flag the operand is stored the other way round.
// Work: one workgroup of 256 threads computes a square of EDGE rows and columns of C; a thread sums 4×4 of them
// in registers. The threads form SPLIT = SPLIT_ROOT² slices that share the terms of K, so that a small C with a
// long K still keeps a workgroup busy; their sums meet in a tree, always in the same order.
//   SPLIT_ROOT 1: EDGE 64, one slice · 2: EDGE 32, four slices · 4: EDGE 16, sixteen slices.
// PARTS workgroups share the rounds of a square; each writes its sums to a C of its own, which sum_parts adds up.
// In each round every thread brings one 4-lane vector of A and one of B into workgroup memory: SPAN terms of K.
// Limits: M up to EDGE·65,535, likewise N; M·K, K·N and PARTS·M·N below 2³⁴. 8 KiB of workgroup memory.

override M: u32;
override K: u32;
override N: u32;
override TRANSPOSE_A: u32;
override TRANSPOSE_B: u32;
override SPLIT_ROOT: u32;
override PARTS: u32;

override SPLIT: u32 = SPLIT_ROOT * SPLIT_ROOT;
override EDGE_VECTORS: u32 = 16u / SPLIT_ROOT; // vectors along an edge of the square, so EDGE / 4
override SPAN_VECTORS: u32 = 4u * SPLIT_ROOT;
override SPAN: u32 = 4u * SPAN_VECTORS;
override TILES: u32 = EDGE_VECTORS * EDGE_VECTORS; // 4×4 tiles of the square, and threads of a slice
override ROUNDS: u32 = (K + SPAN - 1u) / SPAN;
override PART_ROUNDS: u32 = (ROUNDS + PARTS - 1u) / PARTS;
override M_VECTORS: u32 = (M + 3u) / 4u;
override K_VECTORS: u32 = (K + 3u) / 4u;
override N_VECTORS: u32 = (N + 3u) / 4u;

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;

// The rounds keep A in the first half and B in the second; the tree uses all of it.
var<workgroup> shared_vectors: array<vec4f, 512>;

fn load_a(square: u32, round: u32, t: u32) -> vec4f {
  if (TRANSPOSE_A == 0u) {
    let row = square * EDGE_VECTORS * 4u + t / SPAN_VECTORS;
    let k = round * SPAN_VECTORS + t % SPAN_VECTORS;
    if (row < M && k < K_VECTORS) { return a[row * K_VECTORS + k]; }
  } else {
    let k = round * SPAN + t / EDGE_VECTORS;
    let rows = square * EDGE_VECTORS + t % EDGE_VECTORS;
    if (k < K && rows < M_VECTORS) { return a[k * M_VECTORS + rows]; }
  }
  return vec4f();
}

fn load_b(square: u32, round: u32, t: u32) -> vec4f {
  if (TRANSPOSE_B == 0u) {
    let k = round * SPAN + t / EDGE_VECTORS;
    let columns = square * EDGE_VECTORS + t % EDGE_VECTORS;
    if (k < K && columns < N_VECTORS) { return b[k * N_VECTORS + columns]; }
  } else {
    let column = square * EDGE_VECTORS * 4u + t / SPAN_VECTORS;
    let k = round * SPAN_VECTORS + t % SPAN_VECTORS;
    if (column < N && k < K_VECTORS) { return b[column * K_VECTORS + k]; }
  }
  return vec4f();
}

// Where vector t of a round's B lies. Transposed, neighbouring threads would read 16 words apart, all from one
// bank of workgroup memory: an exclusive or spreads them.
fn place_b(t: u32) -> u32 {
  if (TRANSPOSE_B == 0u) { return 256u + t; }
  return 256u + (t ^ (t / SPAN_VECTORS / 4u % SPAN_VECTORS));
}

// Columns: for four rows of op(A), four terms of K each.
fn tile_a(row: u32, k: u32) -> mat4x4f {
  if (TRANSPOSE_A == 0u) {
    let at = 4u * row * SPAN_VECTORS + k;
    return mat4x4f(
      shared_vectors[at],
      shared_vectors[at + SPAN_VECTORS],
      shared_vectors[at + 2u * SPAN_VECTORS],
      shared_vectors[at + 3u * SPAN_VECTORS],
    );
  }
  let at = 4u * k * EDGE_VECTORS + row;
  return transpose(mat4x4f(
    shared_vectors[at],
    shared_vectors[at + EDGE_VECTORS],
    shared_vectors[at + 2u * EDGE_VECTORS],
    shared_vectors[at + 3u * EDGE_VECTORS],
  ));
}

// Columns: for four terms of K, four columns of op(B) each.
fn tile_b(column: u32, k: u32) -> mat4x4f {
  if (TRANSPOSE_B == 0u) {
    let at = 256u + 4u * k * EDGE_VECTORS + column;
    return mat4x4f(
      shared_vectors[at],
      shared_vectors[at + EDGE_VECTORS],
      shared_vectors[at + 2u * EDGE_VECTORS],
      shared_vectors[at + 3u * EDGE_VECTORS],
    );
  }
  let at = 4u * column * SPAN_VECTORS + k;
  return transpose(mat4x4f(
    shared_vectors[place_b(at)],
    shared_vectors[place_b(at + SPAN_VECTORS)],
    shared_vectors[place_b(at + 2u * SPAN_VECTORS)],
    shared_vectors[place_b(at + 3u * SPAN_VECTORS)],
  ));
}

fn add_row(sum: vec4f, a: vec4f, b: mat4x4f) -> vec4f {
  return fma(vec4f(a.x), b[0], fma(vec4f(a.y), b[1], fma(vec4f(a.z), b[2], fma(vec4f(a.w), b[3], sum))));
}

fn store(part: u32, row: u32, columns: u32, sum: vec4f) {
  if (row < M && columns < N_VECTORS) {
    let isPad = vec4u(4u * columns) + vec4u(0, 1, 2, 3) >= vec4u(N);
    c[(part * M + row) * N_VECTORS + columns] = select(sum, vec4f(), isPad);
  }
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) square: vec3u, @builtin(local_invocation_index) t: u32) {
  let slice = t / TILES;
  let tile = t % TILES;
  let row = tile / EDGE_VECTORS;
  let column = tile % EDGE_VECTORS;
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();

  // The next round's vectors are on their way while this round computes; past the last they are zero.
  let first_round = square.z * PART_ROUNDS;
  var next_a = load_a(square.y, first_round, t);
  var next_b = load_b(square.x, first_round, t);
  for (var round = first_round; round < min(first_round + PART_ROUNDS, ROUNDS); round++) {
    shared_vectors[t] = next_a;
    shared_vectors[place_b(t)] = next_b;
    workgroupBarrier();
    next_a = load_a(square.y, round + 1u, t);
    next_b = load_b(square.x, round + 1u, t);
    for (var k = slice * SPAN_VECTORS / SPLIT; k < (slice + 1u) * SPAN_VECTORS / SPLIT; k++) {
      let four_a = tile_a(row, k);
      let four_b = tile_b(column, k);
      sum0 = add_row(sum0, four_a[0], four_b);
      sum1 = add_row(sum1, four_a[1], four_b);
      sum2 = add_row(sum2, four_a[2], four_b);
      sum3 = add_row(sum3, four_a[3], four_b);
    }
    workgroupBarrier();
  }

  for (var half = SPLIT / 2u; half > 0u; half /= 2u) {
    let at = t % (half * TILES);
    if (slice >= half && slice < 2u * half) {
      shared_vectors[at] = sum0;
      shared_vectors[at + 128u] = sum1;
      shared_vectors[at + 256u] = sum2;
      shared_vectors[at + 384u] = sum3;
    }
    workgroupBarrier();
    if (slice < half) {
      sum0 += shared_vectors[at];
      sum1 += shared_vectors[at + 128u];
      sum2 += shared_vectors[at + 256u];
      sum3 += shared_vectors[at + 384u];
    }
    workgroupBarrier();
  }

  if (slice == 0u) {
    let first = 4u * (square.y * EDGE_VECTORS + row);
    let columns = square.x * EDGE_VECTORS + column;
    store(square.z, first, columns, sum0);
    store(square.z, first + 1u, columns, sum1);
    store(square.z, first + 2u, columns, sum2);
    store(square.z, first + 3u, columns, sum3);
  }
}
