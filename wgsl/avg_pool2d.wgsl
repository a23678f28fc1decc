// avg_pool2d: Y[b,oy,ox,c] = mean of X[b, oy·STRIDE_Y + ky, ox·STRIDE_X + kx, c] over a window of KH×KW pixels.
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

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < B * OH * OW * VECTORS; at += groups.x * 256u) {
    let position = at / VECTORS;
    let image = position / (OH * OW);
    let top = position / OW % OH * STRIDE_Y;
    let left = position % OW * STRIDE_X;
    let corner = ((image * H + top) * W + left) * VECTORS + at % VECTORS;
    var sum = vec4f();
    for (var ky = 0u; ky < KH; ky++) {
      for (var kx = 0u; kx < KW; kx++) {
        sum += x[corner + (ky * W + kx) * VECTORS];
      }
    }
    y[at] = sum / f32(KH * KW);
  }
}
