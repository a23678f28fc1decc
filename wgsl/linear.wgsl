// linear: Y = f(X·W + b), a fully connected layer with its activation.
// Shapes: X [M,K], W [K,N] (or [N,K], to be transposed), b [N] → Y [M,N].   M rows (batch), K inputs, N units.
// Work: one workgroup of 256 threads computes a square of EDGE rows and columns of Y; a thread sums 4×4 of them
// in registers. The threads form SPLIT = SPLIT_ROOT² slices that share the terms of K, so that a small Y with a
// long K still keeps a workgroup busy; their sums meet in a tree, always in the same order.
//   SPLIT_ROOT 1: EDGE 64, one slice · 2: EDGE 32, four slices · 4: EDGE 16, sixteen slices.
// In each round every thread brings one 4-lane vector of X and one of W into workgroup memory: SPAN terms of K.
// Limits: M up to EDGE·65,535, likewise N; M·K, K·N and M·N below 2³⁴. 8 KiB of workgroup memory.

override M: u32;
override K: u32;
override N: u32;
override ACTIVATION: u32; // 0 identity, 1 relu, 2 sigmoid, 3 tanh
override TRANSPOSE_W: u32; // 1: W is stored [N,K]
override SPLIT_ROOT: u32;

override SPLIT: u32 = SPLIT_ROOT * SPLIT_ROOT;
override EDGE_VECTORS: u32 = 16u / SPLIT_ROOT; // vectors along an edge of the square, so EDGE / 4
override SPAN_VECTORS: u32 = 4u * SPLIT_ROOT;
override SPAN: u32 = 4u * SPAN_VECTORS;
override TILES: u32 = EDGE_VECTORS * EDGE_VECTORS; // 4×4 tiles of the square, and threads of a slice
override ROUNDS: u32 = (K + SPAN - 1u) / SPAN;
override K_VECTORS: u32 = (K + 3u) / 4u;
override N_VECTORS: u32 = (N + 3u) / 4u;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

// The rounds keep X in the first half and W in the second; the tree uses all of it.
var<workgroup> shared_vectors: array<vec4f, 512>;

fn load_x(square: u32, round: u32, t: u32) -> vec4f {
  let row = square * EDGE_VECTORS * 4u + t / SPAN_VECTORS;
  let k = round * SPAN_VECTORS + t % SPAN_VECTORS;
  if (row < M && k < K_VECTORS) { return x[row * K_VECTORS + k]; }
  return vec4f();
}

fn load_w(square: u32, round: u32, t: u32) -> vec4f {
  if (TRANSPOSE_W == 0u) {
    let k = round * SPAN + t / EDGE_VECTORS;
    let columns = square * EDGE_VECTORS + t % EDGE_VECTORS;
    if (k < K && columns < N_VECTORS) { return weights[k * N_VECTORS + columns]; }
  } else {
    let column = square * EDGE_VECTORS * 4u + t / SPAN_VECTORS;
    let k = round * SPAN_VECTORS + t % SPAN_VECTORS;
    if (column < N && k < K_VECTORS) { return weights[column * K_VECTORS + k]; }
  }
  return vec4f();
}

// Where vector t of a round's W lies. Transposed, neighbouring threads would read 16 words apart, all from one
// bank of workgroup memory: an exclusive or spreads them.
fn place_w(t: u32) -> u32 {
  if (TRANSPOSE_W == 0u) { return 256u + t; }
  return 256u + (t ^ (t / SPAN_VECTORS / 4u % SPAN_VECTORS));
}

// Columns: for four terms of K, four columns of W each.
fn tile_w(column: u32, k: u32) -> mat4x4f {
  if (TRANSPOSE_W == 0u) {
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
    shared_vectors[place_w(at)],
    shared_vectors[place_w(at + SPAN_VECTORS)],
    shared_vectors[place_w(at + 2u * SPAN_VECTORS)],
    shared_vectors[place_w(at + 3u * SPAN_VECTORS)],
  ));
}

fn add_row(sum: vec4f, x: vec4f, w: mat4x4f) -> vec4f {
  return fma(vec4f(x.x), w[0], fma(vec4f(x.y), w[1], fma(vec4f(x.z), w[2], fma(vec4f(x.w), w[3], sum))));
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
  var next_x = load_x(square.y, 0u, t);
  var next_w = load_w(square.x, 0u, t);
  for (var round = 0u; round < ROUNDS; round++) {
    shared_vectors[t] = next_x;
    shared_vectors[place_w(t)] = next_w;
    workgroupBarrier();
    next_x = load_x(square.y, round + 1u, t);
    next_w = load_w(square.x, round + 1u, t);
    for (var k = slice * SPAN_VECTORS / SPLIT; k < (slice + 1u) * SPAN_VECTORS / SPLIT; k++) {
      let at_x = 4u * row * SPAN_VECTORS + k;
      let four_w = tile_w(column, k);
      sum0 = add_row(sum0, shared_vectors[at_x], four_w);
      sum1 = add_row(sum1, shared_vectors[at_x + SPAN_VECTORS], four_w);
      sum2 = add_row(sum2, shared_vectors[at_x + 2u * SPAN_VECTORS], four_w);
      sum3 = add_row(sum3, shared_vectors[at_x + 3u * SPAN_VECTORS], four_w);
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
    store(first, columns, sum0);
    store(first + 1u, columns, sum1);
    store(first + 2u, columns, sum2);
    store(first + 3u, columns, sum3);
  }
}
