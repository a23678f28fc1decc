// conv2d_general: conv2d of windows with gaps or groups: Y[b,oy,ox,j] = f(bias[j] + Σ X[b, oy·STRIDE_Y + ky·DILATION_Y -
// PAD_TOP, ox·STRIDE_X + kx·DILATION_X - PAD_LEFT, c] · W[ky,kx,c,j]) over the channels c of the group of j. Pixels outside
// the image are zero. FLIP turns the window by 180°.
// Shapes: X [B,H,W,C] or [B,H,W], W [KH,KW,C/GROUPS,N], bias [N] → Y [B,OH,OW,N].   N filters, OH×OW positions.
// Elements of X lie PIXEL apart from pixel to pixel, ROW from row to row.
// Work: one element of Y a thread, pads included, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: X, W and Y below 2³¹ elements; H and W with their padding below 2³¹.

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
override FLIP: u32;
override DILATION_Y: u32;
override DILATION_X: u32;
override GROUPS: u32;
override ACTIVATION: u32; // 0 identity, 1 relu, 2 sigmoid, 3 tanh

override SEEN: u32 = C / GROUPS; // channels of a group
override COLUMNS: u32 = (N + 3u) / 4u * 4u;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

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

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < B * OH * OW * COLUMNS; at += groups.x * 256u) {
    let j = at % COLUMNS;
    if (j >= N) {
      y[at] = 0;
      continue;
    }
    let position = at / COLUMNS;
    let image = position / (OH * OW);
    // In the padding these wrap around below zero, and are too large.
    let top = position / OW % OH * STRIDE_Y - PAD_TOP;
    let left = position % OW * STRIDE_X - PAD_LEFT;
    let first = j / (N / GROUPS) * SEEN;
    var sum = bias[j];
    for (var tap = 0u; tap < KH * KW; tap++) {
      let iy = top + tap / KW * DILATION_Y;
      let ix = left + tap % KW * DILATION_X;
      if (iy >= H || ix >= W) { continue; }
      let pixel = (image * H + iy) * ROW + ix * PIXEL + first;
      let row = select(tap, KH * KW - 1u - tap, FLIP != 0u) * SEEN * COLUMNS + j;
      for (var t = 0u; t < SEEN; t++) {
        sum = fma(x[pixel + t], weights[row + t * COLUMNS], sum);
      }
    }
    y[at] = activate(vec4f(sum)).x;
  }
}
