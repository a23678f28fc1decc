// avg_pool2d_grad: every pixel of a window takes 1/n of the window's gradient, where n counts what the window is the
// mean of: KH·KW, but for windows that pads are excluded from (EXCLUDES) or that reach past them.
// Shapes: dY [B,OH,OW,C] → dX [B,H,W,C].
// Work: one 4-lane vector of dX a thread, 256 threads a workgroup; a thread strides on where the grid is clamped. It
// adds the gradients of all windows over its pixel, in row-major order.
// Limits: vectors of dX below 2³². Pads of dX are zero because those of dY are.

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

@group(0) @binding(0) var<storage, read> dY: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> dX: array<vec4f>;

// What the window at position `o` of an axis is the mean of.
fn counted(o: u32, window: u32, stride: u32, before: u32, size: u32, after: u32) -> u32 {
  let start = o * stride;
  if (EXCLUDES == 0u) { return min(window, before + size + after - start); }
  return min(start + window, before + size) - max(start, before);
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
    var sum = vec4f();
    for (var oy = first_window(py, KH, STRIDE_Y); oy <= min(py / STRIDE_Y, OH - 1u); oy++) {
      for (var ox = first_window(px, KW, STRIDE_X); ox <= min(px / STRIDE_X, OW - 1u); ox++) {
        let gradient = dY[((image * OH + oy) * OW + ox) * VECTORS + at % VECTORS];
        if (UNEVEN == 0u) {
          sum += gradient;
        } else {
          let rows = counted(oy, KH, STRIDE_Y, PAD_TOP, H, PAD_BOTTOM);
          sum += gradient / f32(rows * counted(ox, KW, STRIDE_X, PAD_LEFT, W, PAD_RIGHT));
        }
      }
    }
    dX[at] = select(sum, sum / f32(KH * KW), UNEVEN == 0u);
  }
}
