// avg_pool2d: Y[b,oy,ox,c] = mean of X[b, oy·STRIDE_Y + ky - PAD_TOP, ox·STRIDE_X + kx - PAD_LEFT, c] over a window of
// KH×KW pixels. Pads count as zeros, or not at all (EXCLUDES); what lies past the pads never counts.
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
override PAD_BOTTOM: u32;
override PAD_RIGHT: u32;
override EXCLUDES: u32; // 1: the mean of the pixels of the image alone
override UNEVEN: u32; // 1: not every window is a mean of KH·KW values

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < B * OH * OW * VECTORS; at += groups.x * 256u) {
    let position = at / VECTORS;
    let image = position / (OH * OW);
    // In the padded image.
    let top = position / OW % OH * STRIDE_Y;
    let left = position % OW * STRIDE_X;
    let first_y = max(top, PAD_TOP) - PAD_TOP;
    let first_x = max(left, PAD_LEFT) - PAD_LEFT;
    let end_y = min(top + KH - PAD_TOP, H);
    let end_x = min(left + KW - PAD_LEFT, W);
    let plane = image * H * W * VECTORS + at % VECTORS;
    var sum = vec4f();
    for (var iy = first_y; iy < end_y; iy++) {
      for (var ix = first_x; ix < end_x; ix++) {
        sum += x[plane + (iy * W + ix) * VECTORS];
      }
    }
    var count = KH * KW;
    if (UNEVEN != 0u) {
      count = min(KH, H + PAD_TOP + PAD_BOTTOM - top) * min(KW, W + PAD_LEFT + PAD_RIGHT - left);
      if (EXCLUDES != 0u) { count = (end_y - first_y) * (end_x - first_x); }
    }
    y[at] = sum / f32(count);
  }
}
