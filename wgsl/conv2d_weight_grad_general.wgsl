// conv2d_weight_grad_general: conv2d_weight_grad of windows with gaps or groups: dW[ky,kx,t,j] = Σ X[b, oy·STRIDE_Y +
// ky·DILATION_Y - PAD_TOP, ox·STRIDE_X + kx·DILATION_X - PAD_LEFT, c] · dY[b,oy,ox,j] over all positions, where c is
// channel t of the group of j. Pixels outside the image are zero. FLIP turns the window by 180°.
// Shapes: X [B,H,W,C] or [B,H,W], dY [B,OH,OW,N] → dW [KH,KW,C/GROUPS,N].   N filters, OH×OW positions.
// Elements of X lie PIXEL apart from pixel to pixel, ROW from row to row.
// Work: one element of dW, pads included, for SPLIT threads of a workgroup of 256, which share the positions in turn;
// their sums meet in a tree, always in the same order. PARTS workgroups share the positions of the same elements; each
// writes to a dW of its own, which sum_parts adds up.
// Limits: X, dY and PARTS·dW below 2³¹ elements; B·OH·OW below 2¹⁶·SPLIT·PARTS. 1 KiB of workgroup memory.

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
override SPLIT: u32;
override PARTS: u32;

override POSITIONS: u32 = B * OH * OW;
override PART_POSITIONS: u32 = (POSITIONS + PARTS - 1u) / PARTS;
override ELEMENTS: u32 = 256u / SPLIT; // of a workgroup
override SEEN: u32 = C / GROUPS; // channels of a group
override COLUMNS: u32 = (N + 3u) / 4u * 4u;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> dw: array<f32>;

// For the tree.
var<workgroup> shared_sums: array<f32, 256>;

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) t: u32,
) {
  let slice = t / ELEMENTS;
  let element = (group.y * groups.x + group.x) * ELEMENTS + t % ELEMENTS;
  let j = element % COLUMNS;
  let tap = element / COLUMNS / SEEN;
  let isReal = j < N && tap < KH * KW;
  // Where the first window has the pixel. In the padding these wrap around below zero.
  let y = tap / KW * DILATION_Y - PAD_TOP;
  let x_left = tap % KW * DILATION_X - PAD_LEFT;
  let c = j / (N / GROUPS) * SEEN + element / COLUMNS % SEEN;
  let begin = group.z * PART_POSITIONS;
  let end = min(begin + PART_POSITIONS, POSITIONS);
  var sum = 0f;
  if (isReal) {
    for (var position = begin + slice; position < end; position += SPLIT) {
      let line = position / OW;
      let iy = line % OH * STRIDE_Y + y;
      let ix = position % OW * STRIDE_X + x_left;
      if (iy >= H || ix >= W) { continue; }
      sum = fma(x[(line / OH * H + iy) * ROW + ix * PIXEL + c], dy[position * COLUMNS + j], sum);
    }
  }

  for (var half = SPLIT / 2u; half > 0u; half /= 2u) {
    let at = t % (half * ELEMENTS);
    if (slice >= half && slice < 2u * half) { shared_sums[at] = sum; }
    workgroupBarrier();
    if (slice < half) { sum += shared_sums[at]; }
    workgroupBarrier();
  }

  if (slice == 0u && tap < KH * KW) {
    let turned = select(tap, KH * KW - 1u - tap, FLIP != 0u);
    let row = (group.z * KH * KW + turned) * SEEN + element / COLUMNS % SEEN;
    dw[row * COLUMNS + j] = select(0f, sum, isReal);
  }
}
