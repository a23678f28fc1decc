// max_pool2d: Y[b,oy,ox,c] = max of X[b, oy·STRIDE_Y + ky - PAD_TOP, ox·STRIDE_X + kx - PAD_LEFT, c] over a window of
// KH×KW pixels, of those in the image; NaN if one is.
// Shapes: X [B,H,W,C] → Y [B,OH,OW,C].
// Work: one 4-lane vector of Y a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: vectors of X below 2³². Pads of Y are zero because those of X are.

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

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

// By its bits: a comparison of a number with itself may be taken for granted.
fn is_nan(v: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(v) & vec4u(0x7fffffff)) > vec4u(0x7f800000);
}

// Whether a value takes the place of the largest so far: NaN is larger than every number, equals are not larger.
fn exceeds(v: vec4f, best: vec4f) -> vec4<bool> {
  return ((v > best) | is_nan(v)) & !is_nan(best);
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < B * OH * OW * VECTORS; at += groups.x * 256u) {
    let position = at / VECTORS;
    let image = position / (OH * OW);
    // In the padded image; a window always has pixels of the image.
    let top = position / OW % OH * STRIDE_Y;
    let left = position % OW * STRIDE_X;
    let first_y = max(top, PAD_TOP) - PAD_TOP;
    let first_x = max(left, PAD_LEFT) - PAD_LEFT;
    let plane = image * H * W * VECTORS + at % VECTORS;
    var best = x[plane + (first_y * W + first_x) * VECTORS];
    for (var iy = first_y; iy < min(top + KH - PAD_TOP, H); iy++) {
      for (var ix = first_x; ix < min(left + KW - PAD_LEFT, W); ix++) {
        let value = x[plane + (iy * W + ix) * VECTORS];
        best = select(best, value, exceeds(value, best));
      }
    }
    y[at] = best;
  }
}
