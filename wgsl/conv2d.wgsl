// conv2d: Y[b,oy,ox,:] = f(bias + Σ X[b, oy·STRIDE_Y + ky - PAD_TOP, ox·STRIDE_X + kx - PAD_LEFT, c] · W[ky,kx,c,:]),
// a convolutional layer with its activation. Pixels outside the image are zero. FLIP turns the window by 180°:
// W[KH-1-ky, KW-1-kx].
// Shapes: X [B,H,W,C] or [B,H,W], W [KH,KW,C,N], bias [N] → Y [B,OH,OW,N].   N filters, OH×OW positions.
// Elements of X lie PIXEL apart from pixel to pixel, ROW from row to row: whole vectors of channels, or, without an
// axis of channels (PIXEL 1), whole vectors of pixels.
// Work: the product of the windows [B·OH·OW, KH·KW·C], which are nowhere written down, and W. A thread sums a tile of
// 4 positions × 4 filters in registers; neighbouring threads take neighbouring filters, then positions. The positions
// of a tile lie a quarter of all apart, so that neighbours read and write neighbouring vectors. Threads read what they
// need themselves: what they share comes from the cache. SPLIT threads of a workgroup of 256 share the terms of a tile,
// so that a small Y with long sums still keeps a GPU busy; their sums meet in a tree, always in the same order.
// Limits: X, W and Y below 2³² elements; KH·KW·C below 2¹⁸·SPLIT. 8 KiB of workgroup memory.

override B: u32;
override H: u32;
override W: u32;
override C: u32;
override PIXEL: u32;
override ROW: u32;
override KH: u32;
override KW: u32;
override N: u32;
override OH: u32;
override OW: u32;
override STRIDE_Y: u32;
override STRIDE_X: u32;
override PAD_TOP: u32;
override PAD_LEFT: u32;
override PADDED: u32; // 1 where a window can reach outside the image
override FLIP: u32;
override ACTIVATION: u32; // 0 identity, 1 relu, 2 sigmoid, 3 tanh
override SPLIT: u32;

override TILES: u32 = 256u / SPLIT; // of a workgroup
override POSITIONS: u32 = B * OH * OW;
override QUARTER: u32 = (POSITIONS + 3u) / 4u;
override TAPS: u32 = KH * KW;
override C_VECTORS: u32 = (C + 3u) / 4u;
override N_VECTORS: u32 = (N + 3u) / 4u;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

// For the tree.
var<workgroup> shared_vectors: array<vec4f, 512>;

// The pixel under a window's upper left corner: its row, its column, and its element in X. In the padding they wrap
// around below zero, and come back when the place in the window is added.
struct Corner {
  y: u32,
  x: u32,
  at: u32,
}

fn corner_of(position: u32) -> Corner {
  let real = min(position, POSITIONS - 1u);
  let line = real / OW;
  let top = line % OH * STRIDE_Y - PAD_TOP;
  let left = real % OW * STRIDE_X - PAD_LEFT;
  return Corner(top, left, (line / OH * H + top) * ROW + left * PIXEL);
}

fn load_w(tap: u32, c: u32, filters: u32) -> vec4f {
  let turned = select(tap, TAPS - 1u - tap, FLIP != 0u);
  return select(vec4f(), weights[(turned * C + min(c, C - 1u)) * N_VECTORS + filters], c < C);
}

// Adds four channels of a pixel under the window, or the only one; nothing for a pixel outside the image, where another is
// read: behind a branch each read would wait for the one before.
fn add_pixel(sum: vec4f, corner: Corner, ky: u32, kx: u32, c: u32, w: mat4x4f) -> vec4f {
  let isOutside = PADDED != 0u && (corner.y + ky >= H || corner.x + kx >= W);
  let at = select(corner.at + ky * ROW + kx * PIXEL + c, 0u, isOutside);
  if (C == 1u) { return select(fma(vec4f(x[at / 4u][at % 4u]), w[0], sum), sum, isOutside); }
  let four = x[at / 4u];
  let more = fma(vec4f(four.x), w[0], fma(vec4f(four.y), w[1], fma(vec4f(four.z), w[2], fma(vec4f(four.w), w[3], sum))));
  return select(more, sum, isOutside);
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

fn store(position: u32, filters: u32, sum: vec4f) {
  if (position < POSITIONS) {
    let isPad = vec4u(4u * filters) + vec4u(0, 1, 2, 3) >= vec4u(N);
    y[position * N_VECTORS + filters] = select(activate(sum + bias[filters]), vec4f(), isPad);
  }
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) t: u32,
) {
  let slice = t / TILES;
  let tile = (group.y * groups.x + group.x) * TILES + t % TILES;
  let filters = tile % N_VECTORS;
  let first = tile / N_VECTORS;
  let corner0 = corner_of(first);
  let corner1 = corner_of(first + QUARTER);
  let corner2 = corner_of(first + 2u * QUARTER);
  let corner3 = corner_of(first + 3u * QUARTER);
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();

  for (var term = slice; term < TAPS * C_VECTORS; term += SPLIT) {
    let tap = term / C_VECTORS;
    let c = 4u * (term % C_VECTORS);
    let ky = tap / KW;
    let kx = tap % KW;
    let w = mat4x4f(
      load_w(tap, c, filters),
      load_w(tap, c + 1u, filters),
      load_w(tap, c + 2u, filters),
      load_w(tap, c + 3u, filters),
    );
    sum0 = add_pixel(sum0, corner0, ky, kx, c, w);
    sum1 = add_pixel(sum1, corner1, ky, kx, c, w);
    sum2 = add_pixel(sum2, corner2, ky, kx, c, w);
    sum3 = add_pixel(sum3, corner3, ky, kx, c, w);
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

  // Tiles beyond the last would write what others write.
  if (slice == 0u && first < QUARTER) {
    store(first, filters, sum0);
    store(first + QUARTER, filters, sum1);
    store(first + 2u * QUARTER, filters, sum2);
    store(first + 3u * QUARTER, filters, sum3);
  }
}
