// conv2d_input_grad_general: conv2d_input_grad of windows with gaps or groups: dX[b,iy,ix,c] = Σ dY[b,oy,ox,j] ·
// W[ky,kx,c,j] over the filters j of the group of c and all taps (ky, kx) on which the pixel lay, at oy = (iy + PAD_TOP -
// ky·DILATION_Y)/STRIDE_Y, ox likewise, where both are whole and in dY. FLIP turns the window by 180°.
// Shapes: dY [B,OH,OW,N], W [KH,KW,C/GROUPS,N] → dX [B,H,W,C] or [B,H,W].   N filters, OH×OW positions.
// Elements of dX lie PIXEL apart from pixel to pixel, ROW from row to row.
// Work: one element of dX a thread, pads included, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: dY, W and dX below 2³¹ elements.

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

override SEEN: u32 = C / GROUPS; // channels of a group
override FILTERS: u32 = N / GROUPS; // filters of a group
override COLUMNS: u32 = (N + 3u) / 4u * 4u;

@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < B * H * ROW; at += groups.x * 256u) {
    let c = at % PIXEL;
    let ix = at % ROW / PIXEL;
    if (c >= C || ix >= W) {
      dx[at] = 0;
      continue;
    }
    let line = at / ROW;
    let image = line / H;
    let iy = line % H;
    let group = c / SEEN;
    var sum = 0f;
    for (var tap = 0u; tap < KH * KW; tap++) {
      // Above and left of the first position the differences wrap around, and are too large like those beyond the last.
      let down = iy + PAD_TOP - tap / KW * DILATION_Y;
      let right = ix + PAD_LEFT - tap % KW * DILATION_X;
      let oy = down / STRIDE_Y;
      let ox = right / STRIDE_X;
      if (oy >= OH || ox >= OW || down % STRIDE_Y != 0u || right % STRIDE_X != 0u) { continue; }
      let position = ((image * OH + oy) * OW + ox) * COLUMNS + group * FILTERS;
      let turned = select(tap, KH * KW - 1u - tap, FLIP != 0u);
      let row = (turned * SEEN + c % SEEN) * COLUMNS + group * FILTERS;
      for (var u = 0u; u < FILTERS; u++) {
        sum = fma(dy[position + u], weights[row + u], sum);
      }
    }
    dx[at] = sum;
  }
}
