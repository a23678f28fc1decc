// linear_large: linear of a large Y: Y = f(X·W + b).
// Shapes: X [M,K], W [K,N] (or [N,K], to be transposed), b [N] → Y [M,N].   M rows (batch), K inputs, N units.
// Work: as in matmul_large: one workgroup of 256 threads computes a tile of Y of 128 rows and 128 columns (WIDE) or 64;
// a thread sums 8 of its rows by 8 columns, or 4, in registers.
// Limits: M up to 128·65,535, N 64·65,535; M·K, K·N and M·N below 2³⁴. 16 KiB of workgroup memory.

override M: u32;
override K: u32;
override N: u32;
override ACTIVATION: u32; // 0 identity, 1 relu, 2 sigmoid, 3 tanh
override TRANSPOSE_W: u32; // 1: W is stored [N,K]
override WIDE: u32;

override ROUNDS: u32 = (K + 7u) / 8u;
override W_GROUPS: u32 = 16u + 16u * WIDE; // of four columns in a tile; X has 32 of four rows
override K_VECTORS: u32 = (K + 3u) / 4u;
override N_VECTORS: u32 = (N + 3u) / 4u;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

// By half of the memory and four of the terms; X and W; then four vectors of each group, a group beside the other.
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

fn load_x(tile: u32, round: u32, place: Place) -> vec4f {
  let row = 4u * (tile * 32u + place.group) + place.vector;
  let k = 2u * round + place.four;
  if (row < M && k < K_VECTORS) { return x[row * K_VECTORS + k]; }
  return vec4f();
}

fn load_w(tile: u32, round: u32, place: Place) -> vec4f {
  let columns = tile * W_GROUPS + place.group;
  if (TRANSPOSE_W == 0u) {
    let k = 8u * round + 4u * place.four + place.vector;
    if (k < K && columns < N_VECTORS) { return weights[k * N_VECTORS + columns]; }
  } else {
    let column = 4u * columns + place.vector;
    let k = 2u * round + place.four;
    if (column < N && k < K_VECTORS) { return weights[column * K_VECTORS + k]; }
  }
  return vec4f();
}

// Columns: for four rows of X, four terms of K each.
fn four_x(at: u32, group: u32) -> mat4x4f {
  return mat4x4f(
    tiles[at][0][0][group],
    tiles[at][0][1][group],
    tiles[at][0][2][group],
    tiles[at][0][3][group],
  );
}

// Columns: for four terms of K, four columns of W each.
fn four_w(at: u32, group: u32) -> mat4x4f {
  let four = mat4x4f(
    tiles[at][1][0][group],
    tiles[at][1][1][group],
    tiles[at][1][2][group],
    tiles[at][1][3][group],
  );
  if (TRANSPOSE_W == 0u) { return four; }
  return transpose(four);
}

fn add_row(sum: vec4f, x: vec4f, w: mat4x4f) -> vec4f {
  return fma(vec4f(x.w), w[3], fma(vec4f(x.z), w[2], fma(vec4f(x.y), w[1], fma(vec4f(x.x), w[0], sum))));
}

// Whether x is below a negative number, or below -0, that is given by its bits; NaN is not. Of a comparison, compilers may
// make one that NaN passes, or a maximum, which drops it.
fn is_below(x: vec4f, limit: u32) -> vec4<bool> {
  let bits = bitcast<vec4u>(x);
  return (bits > vec4u(limit)) & (bits <= vec4u(0xff800000));
}

// exp(r) - 1 where x = n·ln 2 + r with |r| ≤ ln 2 / 2, to its last digits also where it is small. ln 2 has two parts,
// of which the first times n is exact. Of n as it is, compilers make one product of the two.
fn expm1_of_rest(x: vec4f, n: vec4f) -> vec4f {
  let r = fma(vec4f(vec4i(n) << vec4u(10)), vec4f(2.12194440e-4 / 1024), fma(n, vec4f(-0.693359375), x));
  var p = 1.9875691500e-4 * r + 1.3981999507e-3;
  p = (p * r + 8.3334519073e-3) * r + 4.1665795894e-2;
  p = (p * r + 1.6666665459e-1) * r + 5.0000001201e-1;
  return fma(p, r * r, r);
}

fn power_of_2(n: vec4f) -> vec4f {
  return bitcast<vec4f>((vec4i(n) + 127) << vec4u(23));
}

// exp(x) for x ≤ 0; what would be less than the least normal number is 0. The language's own may be off by 3 + 2·|x| units.
fn exponential(x: vec4f) -> vec4f {
  let isTooSmall = is_below(x, 0xc2aeac4fu);
  let bounded = select(x, vec4f(-87.3365402), isTooSmall);
  let n = round(bounded * 1.44269504);
  return select((1 + expm1_of_rest(bounded, n)) * power_of_2(n), vec4f(), isTooSmall);
}

fn sigmoid(x: vec4f) -> vec4f {
  let small = exponential(-abs(x));
  return select(vec4f(1), small, x < vec4f()) / (1 + small);
}

// With t = exp(-2·|x|) - 1, which loses nothing where x is small, its size is -t/(2 + t). From 16 on it is 1.
fn hyperbolic_tangent(x: vec4f) -> vec4f {
  let twice = -2 * abs(x);
  let bounded = select(twice, vec4f(-32), is_below(twice, 0xc2000000u));
  let n = round(bounded * 1.44269504);
  let power = power_of_2(n);
  let t = fma(expm1_of_rest(bounded, n), power, power - 1);
  let size = bitcast<vec4u>(t / (2 + t)) & vec4u(0x7fffffff);
  return bitcast<vec4f>(size | (bitcast<vec4u>(x) & vec4u(0x80000000)));
}

// An activation that it does not know makes NaN.
fn activate(v: vec4f) -> vec4f {
  switch ACTIVATION {
    case 0u: { return v; }
    case 1u: { return select(v, vec4f(), is_below(v, 0x80000000u)); }
    case 2u: { return sigmoid(v); }
    case 3u: { return hyperbolic_tangent(v); }
    default: { return bitcast<vec4f>(bitcast<vec4u>(v) | vec4u(0x7fc00000)); }
  }
}

fn store(row: u32, columns: u32, sum: vec4f) {
  if (row < M && columns < N_VECTORS) {
    let isPad = vec4u(4u * columns) + vec4u(0, 1, 2, 3) >= vec4u(N);
    y[row * N_VECTORS + columns] = select(activate(sum + bias[columns]), vec4f(), isPad);
  }
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) t: u32) {
  let place_x = place(t, 32u, true);
  let place_w = place(t, W_GROUPS, TRANSPOSE_W != 0u);
  let has_w = t < 8u * W_GROUPS;
  let rows = t / 64u * 8u + t / 8u % 4u;
  let columns = t / 32u % 2u * (W_GROUPS / 2u) + t % 8u;
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

  var next_x = load_x(tile.y, 0u, place_x);
  var next_w = vec4f();
  if (has_w) { next_w = load_w(tile.x, 0u, place_w); }
  var half = 0u;
  for (var round = 0u; round < ROUNDS; round++) {
    tiles[half + place_x.four][0][place_x.vector][place_x.group] = next_x;
    if (has_w) { tiles[half + place_w.four][1][place_w.vector][place_w.group] = next_w; }
    // One barrier is enough: who writes here next has passed that of the round between, and so has everyone this one.
    workgroupBarrier();
    // The next round's vectors are on their way while this round computes; past the last they are zero.
    next_x = load_x(tile.y, round + 1u, place_x);
    if (has_w) { next_w = load_w(tile.x, round + 1u, place_w); }
    for (var four = 0u; four < 2u; four++) {
      let left = four_w(half + four, columns);
      let above = four_x(half + four, rows);
      let below = four_x(half + four, rows + 4u);
      left0 = add_row(left0, above[0], left);
      left1 = add_row(left1, above[1], left);
      left2 = add_row(left2, above[2], left);
      left3 = add_row(left3, above[3], left);
      left4 = add_row(left4, below[0], left);
      left5 = add_row(left5, below[1], left);
      left6 = add_row(left6, below[2], left);
      left7 = add_row(left7, below[3], left);
      if (WIDE != 0u) {
        let right = four_w(half + four, columns + 8u);
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
  let at = tile.x * W_GROUPS + columns;
  store(first, at, left0);
  store(first + 1u, at, left1);
  store(first + 2u, at, left2);
  store(first + 3u, at, left3);
  store(first + 16u, at, left4);
  store(first + 17u, at, left5);
  store(first + 18u, at, left6);
  store(first + 19u, at, left7);
  if (WIDE != 0u) {
    store(first, at + 8u, right0);
    store(first + 1u, at + 8u, right1);
    store(first + 2u, at + 8u, right2);
    store(first + 3u, at + 8u, right3);
    store(first + 16u, at + 8u, right4);
    store(first + 17u, at + 8u, right5);
    store(first + 18u, at + 8u, right6);
    store(first + 19u, at + 8u, right7);
  }
}
