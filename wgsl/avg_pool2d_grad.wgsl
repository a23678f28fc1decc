// avg_pool2d_grad: every pixel of a window takes 1/(KH·KW) of the window's gradient.
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

@group(0) @binding(0) var<storage, read> dY: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> dX: array<vec4f>;

// First window over a pixel: the smallest o with o·stride + window > at.
fn first_window(at: u32, window: u32, stride: u32) -> u32 {
  if (at < window) { return 0u; }
  return (at - window) / stride + 1u;
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < B * H * W * VECTORS; at += groups.x * 256u) {
    let pixel = at / VECTORS;
    let image = pixel / (H * W);
    let py = pixel / W % H;
    let px = pixel % W;
    var sum = vec4f();
    for (var oy = first_window(py, KH, STRIDE_Y); oy <= min(py / STRIDE_Y, OH - 1u); oy++) {
      for (var ox = first_window(px, KW, STRIDE_X); ox <= min(px / STRIDE_X, OW - 1u); ox++) {
        sum += dY[((image * OH + oy) * OW + ox) * VECTORS + at % VECTORS];
      }
    }
    dX[at] = sum / f32(KH * KW);
  }
}
