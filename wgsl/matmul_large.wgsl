// matmul_large: matmul of a large C: C = op(A)·op(B), where op transposes if asked to.
// Shapes: op(A) [M,K], op(B) [K,N] → C [M,N]; with a transpose flag the operand is stored the other way round.
// Work: one workgroup of 256 threads computes a tile of C of 128 rows and 128 columns (WIDE) or 64; a thread sums 8 of
// its rows by 8 columns, or 4, in registers. Of 32 neighbours four lie below each other and eight side by side.
// PARTS workgroups share the rounds of a tile; each writes its sums to a C of its own, which sum_parts adds up.
// A round brings in 8 terms of K, each thread a vector of A and one of B: into one half of the workgroup memory, while
// the threads compute from the other. What a thread reads lies at fixed distances from one place, so that indices, each
// of which is checked, cost little beside the sums; and no two of 32 neighbours want one bank for different words.
// Limits: M up to 128·65,535, N 64·65,535; M·K, K·N and PARTS·M·N below 2³⁴. 16 KiB of workgroup memory.

override M: u32;
override K: u32;
override N: u32;
override TRANSPOSE_A: u32;
override TRANSPOSE_B: u32;
override WIDE: u32;
override PARTS: u32;

override ROUNDS: u32 = (K + 7u) / 8u;
override PART_ROUNDS: u32 = (ROUNDS + PARTS - 1u) / PARTS;
override B_GROUPS: u32 = 16u + 16u * WIDE; // of four columns in a tile; A has 32 of four rows
override M_VECTORS: u32 = (M + 3u) / 4u;
override K_VECTORS: u32 = (K + 3u) / 4u;
override N_VECTORS: u32 = (N + 3u) / 4u;

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;

// By half of the memory and four of the terms; A and B; then four vectors of each group, a group beside the other.
// Where K is the last axis of an operand as it is stored, a vector is four terms of one row or column of the group;
// else it is one term of all four.
var<workgroup> tiles: array<array<array<array<vec4f, 32>, 4>, 2>, 4>;

// Where the vector lies that thread t brings of an operand: which four terms, which vector, which group.
struct Place {
  four: u32,
  vector: u32,
  group: u32,
}

fn place(t: u32, groups: u32, isKLast: bool) -> Place {
  if (!isKLast) { return Place(t / (4u * groups), t / groups % 4u, t % groups); }
  // Eight neighbours write side by side, and 32 read the 8 terms of 16 rows.
  return Place(t / 16u % 2u, t / 8u % 2u + 2u * (t / (4u * groups)), t % 8u + t / 32u % (groups / 8u) * 8u);
}

fn load_a(tile: u32, round: u32, place: Place) -> vec4f {
  let rows = tile * 32u + place.group;
  if (TRANSPOSE_A == 0u) {
    let row = 4u * rows + place.vector;
    let k = 2u * round + place.four;
    if (row < M && k < K_VECTORS) { return a[row * K_VECTORS + k]; }
  } else {
    let k = 8u * round + 4u * place.four + place.vector;
    if (k < K && rows < M_VECTORS) { return a[k * M_VECTORS + rows]; }
  }
  return vec4f();
}

fn load_b(tile: u32, round: u32, place: Place) -> vec4f {
  let columns = tile * B_GROUPS + place.group;
  if (TRANSPOSE_B == 0u) {
    let k = 8u * round + 4u * place.four + place.vector;
    if (k < K && columns < N_VECTORS) { return b[k * N_VECTORS + columns]; }
  } else {
    let column = 4u * columns + place.vector;
    let k = 2u * round + place.four;
    if (column < N && k < K_VECTORS) { return b[column * K_VECTORS + k]; }
  }
  return vec4f();
}

// Columns: for four rows of op(A), four terms of K each.
fn four_a(at: u32, group: u32) -> mat4x4f {
  let four = mat4x4f(
    tiles[at][0][0][group],
    tiles[at][0][1][group],
    tiles[at][0][2][group],
    tiles[at][0][3][group],
  );
  if (TRANSPOSE_A == 0u) { return four; }
  return transpose(four);
}

// Columns: for four terms of K, four columns of op(B) each.
fn four_b(at: u32, group: u32) -> mat4x4f {
  let four = mat4x4f(
    tiles[at][1][0][group],
    tiles[at][1][1][group],
    tiles[at][1][2][group],
    tiles[at][1][3][group],
  );
  if (TRANSPOSE_B == 0u) { return four; }
  return transpose(four);
}

fn add_row(sum: vec4f, a: vec4f, b: mat4x4f) -> vec4f {
  return fma(vec4f(a.w), b[3], fma(vec4f(a.z), b[2], fma(vec4f(a.y), b[1], fma(vec4f(a.x), b[0], sum))));
}

fn store(part: u32, row: u32, columns: u32, sum: vec4f) {
  if (row < M && columns < N_VECTORS) {
    let isPad = vec4u(4u * columns) + vec4u(0, 1, 2, 3) >= vec4u(N);
    c[(part * M + row) * N_VECTORS + columns] = select(sum, vec4f(), isPad);
  }
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) t: u32) {
  let place_a = place(t, 32u, TRANSPOSE_A == 0u);
  let place_b = place(t, B_GROUPS, TRANSPOSE_B != 0u);
  let has_b = t < 8u * B_GROUPS;
  let rows = t / 64u * 8u + t / 8u % 4u;
  let columns = t / 32u % 2u * (B_GROUPS / 2u) + t % 8u;
  var left0 = vec4f();
  var left1 = vec4f();
  var left2 = vec4f();
  var left3 = vec4f();
  var left4 = vec4f();
  var left5 = vec4f();
  var left6 = vec4f();
  var left7 = vec4f();
  var right0 = vec4f();
  var right1 = vec4f();
  var right2 = vec4f();
  var right3 = vec4f();
  var right4 = vec4f();
  var right5 = vec4f();
  var right6 = vec4f();
  var right7 = vec4f();

  let first_round = tile.z * PART_ROUNDS;
  let end = min(first_round + PART_ROUNDS, ROUNDS);
  var next_a = load_a(tile.y, first_round, place_a);
  var next_b = vec4f();
  if (has_b) { next_b = load_b(tile.x, first_round, place_b); }
  var half = 0u;
  for (var round = first_round; round < end; round++) {
    tiles[half + place_a.four][0][place_a.vector][place_a.group] = next_a;
    if (has_b) { tiles[half + place_b.four][1][place_b.vector][place_b.group] = next_b; }
    // One barrier is enough: who writes here next has passed that of the round between, and so has everyone this one.
    workgroupBarrier();
    // The next round's vectors are on their way while this round computes; past the last they are zero.
    next_a = load_a(tile.y, round + 1u, place_a);
    if (has_b) { next_b = load_b(tile.x, round + 1u, place_b); }
    for (var four = 0u; four < 2u; four++) {
      let left = four_b(half + four, columns);
      let above = four_a(half + four, rows);
      let below = four_a(half + four, rows + 4u);
      left0 = add_row(left0, above[0], left);
      left1 = add_row(left1, above[1], left);
      left2 = add_row(left2, above[2], left);
      left3 = add_row(left3, above[3], left);
      left4 = add_row(left4, below[0], left);
      left5 = add_row(left5, below[1], left);
      left6 = add_row(left6, below[2], left);
      left7 = add_row(left7, below[3], left);
      if (WIDE != 0u) {
        let right = four_b(half + four, columns + 8u);
        right0 = add_row(right0, above[0], right);
        right1 = add_row(right1, above[1], right);
        right2 = add_row(right2, above[2], right);
        right3 = add_row(right3, above[3], right);
        right4 = add_row(right4, below[0], right);
        right5 = add_row(right5, below[1], right);
        right6 = add_row(right6, below[2], right);
        right7 = add_row(right7, below[3], right);
      }
    }
    half = 2u - half;
  }

  let first = 4u * (32u * tile.y + rows);
  let at = tile.x * B_GROUPS + columns;
  store(tile.z, first, at, left0);
  store(tile.z, first + 1u, at, left1);
  store(tile.z, first + 2u, at, left2);
  store(tile.z, first + 3u, at, left3);
  store(tile.z, first + 16u, at, left4);
  store(tile.z, first + 17u, at, left5);
  store(tile.z, first + 18u, at, left6);
  store(tile.z, first + 19u, at, left7);
  if (WIDE != 0u) {
    store(tile.z, first, at + 8u, right0);
    store(tile.z, first + 1u, at + 8u, right1);
    store(tile.z, first + 2u, at + 8u, right2);
    store(tile.z, first + 3u, at + 8u, right3);
    store(tile.z, first + 16u, at + 8u, right4);
    store(tile.z, first + 17u, at + 8u, right5);
    store(tile.z, first + 18u, at + 8u, right6);
    store(tile.z, first + 19u, at + 8u, right7);
  }
}
