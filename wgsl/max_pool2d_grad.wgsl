// max_pool2d_grad: the first maximum of each window, in row-major order, takes the window's whole gradient; NaN counts
// as larger than every number. Where ties are
// shared, each of equal maxima takes it. With an activation, times its slope where its value is x.
// Shapes: X [B,H,W,C], dY [B,OH,OW,C] → dX [B,H,W,C].
// Work: one 4-lane vector of dX a thread, 256 threads a workgroup; a thread strides on where the grid is clamped. It
// looks through all windows over its pixel, in row-major order, for whether the pixel is their first maximum: each
// element is written once, and windows add up in one order.
// Limits: vectors of X below 2³². Costs KH·KW reads a window, for each pixel of it: meant for small windows. Pads of
// dX are zero because those of dY are.

override B: u32;
override H: u32;
override W: u32;
override VECTORS: u32; // 4-lane vectors of a pixel
override OH: u32;
override OW: u32;
override KH: u32;
override KW: u32;
override STRIDE_Y: u32;
override STRIDE_X: u32;
override PAD_TOP: u32;
override PAD_LEFT: u32;
override SHARES_TIES: u32; // 1: each of equal maxima takes the whole gradient
override ACTIVATION: u32; // 0 identity, 1 relu, 2 sigmoid, 3 tanh

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> dY: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dX: array<vec4f>;

// By its bits: a comparison of a number with itself may be taken for granted.
fn is_nan(v: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(v) & vec4u(0x7fffffff)) > vec4u(0x7f800000);
}

// Whether a value takes the place of the largest so far: NaN is larger than every number, equals are not larger.
fn exceeds(v: vec4f, best: vec4f) -> vec4<bool> {
  return ((v > best) | is_nan(v)) & !is_nan(best);
}

// Whether pixel `own` (row·W + column) of an image that starts at `plane` is the first maximum of the window that begins at
// row `top` and column `left` of the padded image: larger than what comes before it, and nothing after it is larger.
fn is_first_maximum(plane: u32, top: u32, left: u32, own: u32) -> vec4<bool> {
  let value = x[plane + own * VECTORS];
  var wins = vec4<bool>(true);
  for (var iy = max(top, PAD_TOP) - PAD_TOP; iy < min(top + KH - PAD_TOP, H); iy++) {
    for (var ix = max(left, PAD_LEFT) - PAD_LEFT; ix < min(left + KW - PAD_LEFT, W); ix++) {
      let k = iy * W + ix;
      let other = x[plane + k * VECTORS];
      if (k < own && SHARES_TIES == 0u) { wins &= exceeds(value, other); }
      if (k < own && SHARES_TIES == 1u) { wins &= !exceeds(other, value); }
      if (k > own) { wins &= !exceeds(other, value); }
    }
  }
  return wins;
}

// An activation that it does not know makes NaN.
fn slope(y: vec4f) -> vec4f {
  switch ACTIVATION {
    case 0u: { return vec4f(1); }
    case 1u: { return select(vec4f(0), vec4f(1), y > vec4f(0)); }
    case 2u: { return y * (1 - y); }
    case 3u: { return 1 - y * y; }
    default: { return bitcast<vec4f>(bitcast<vec4u>(y) | vec4u(0x7fc00000)); }
  }
}

// First window over a pixel of the padded image: the smallest o with o·stride + window > at.
fn first_window(at: u32, window: u32, stride: u32) -> u32 {
  if (at < window) { return 0u; }
  return (at - window) / stride + 1u;
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < B * H * W * VECTORS; at += groups.x * 256u) {
    let pixel = at / VECTORS;
    let image = pixel / (H * W);
    let py = pixel / W % H + PAD_TOP;
    let px = pixel % W + PAD_LEFT;
    let plane = image * H * W * VECTORS + at % VECTORS;
    var sum = vec4f();
    for (var oy = first_window(py, KH, STRIDE_Y); oy <= min(py / STRIDE_Y, OH - 1u); oy++) {
      for (var ox = first_window(px, KW, STRIDE_X); ox <= min(px / STRIDE_X, OW - 1u); ox++) {
        let wins = is_first_maximum(plane, oy * STRIDE_Y, ox * STRIDE_X, pixel % (H * W));
        let gradient = dY[((image * OH + oy) * OW + ox) * VECTORS + at % VECTORS];
        sum += select(vec4f(), gradient, wins);
      }
    }
    dX[at] = sum * slope(x[at]);
  }
}
