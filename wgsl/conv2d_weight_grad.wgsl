// conv2d_weight_grad: dW[ky,kx,c,:] = Σ X[b, oy·STRIDE_Y + ky - PAD_TOP, ox·STRIDE_X + kx - PAD_LEFT, c] · dY[b,oy,ox,:]
// over all positions: the gradient of a convolution by its weights. Pixels outside the image are zero. FLIP turns the
// window by 180°: dW[KH-1-ky, KW-1-kx].
// Shapes: X [B,H,W,C] or [B,H,W], dY [B,OH,OW,N] → dW [KH,KW,C,N].   N filters, OH×OW positions.
// Elements of X lie PIXEL apart from pixel to pixel, ROW from row to row: whole vectors of channels, or, without an
// axis of channels (PIXEL 1), whole vectors of pixels.
// Work: the product of the windows [KH·KW·C, B·OH·OW], which are nowhere written down, and dY. A thread sums a tile of
// 4 rows × 4 filters in registers: the rows are channels of one tap of the window, or four taps of the only channel.
// dW is small and its sums are long: SPLIT threads of a workgroup of 256, up to all of them, share the positions of a
// tile, in turn, so that neighbours read neighbouring pixels; their sums meet in a tree, always in the same order. PARTS
// workgroups share the positions of the same tiles; each writes to a dW of its own, which sum_parts adds up.
// Limits: X, dY and PARTS·dW below 2³² elements; B·OH·OW below 2¹⁶·SPLIT·PARTS. 8 KiB of workgroup memory.

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
override SPLIT: u32;
override PARTS: u32;

override TILES: u32 = 256u / SPLIT; // of a workgroup
override POSITIONS: u32 = B * OH * OW;
override PART_POSITIONS: u32 = (POSITIONS + PARTS - 1u) / PARTS;
override TAPS: u32 = KH * KW;
override C_VECTORS: u32 = (C + 3u) / 4u;
override N_VECTORS: u32 = (N + 3u) / 4u;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dw: array<vec4f>;

// For the tree.
var<workgroup> shared_vectors: array<vec4f, 512>;

// The four rows of a tile: their places in the window and their channels.
struct Rows {
  tap: vec4u,
  c: vec4u,
}

fn rows_of(index: u32) -> Rows {
  if (PIXEL == 1u) { return Rows(4u * index + vec4u(0, 1, 2, 3), vec4u()); }
  return Rows(vec4u(index / C_VECTORS), 4u * (index % C_VECTORS) + vec4u(0, 1, 2, 3));
}

// Adds one pixel of the only channel; nothing for a pixel outside the image, where another is read: behind a branch each
// read would wait for the one before.
fn add_pixel(sum: vec4f, at: u32, isOutside: bool, dy: vec4f) -> vec4f {
  let real = select(at, 0u, isOutside);
  return select(fma(vec4f(x[real / 4u][real % 4u]), dy, sum), sum, isOutside);
}

fn store(part: u32, tap: u32, c: u32, filters: u32, sum: vec4f) {
  if (tap < TAPS && c < C) {
    let turned = select(tap, TAPS - 1u - tap, FLIP != 0u);
    let isPad = vec4u(4u * filters) + vec4u(0, 1, 2, 3) >= vec4u(N);
    dw[((part * TAPS + turned) * C + c) * N_VECTORS + filters] = select(sum, vec4f(), isPad);
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
  let rows = rows_of(tile / N_VECTORS);
  // Where the first window has the tile's pixels. In the padding the places wrap around below zero.
  let row_y = rows.tap / KW - PAD_TOP;
  let row_x = rows.tap % KW - PAD_LEFT;
  let places = row_y * ROW + row_x * PIXEL + rows.c;
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();

  let begin = group.z * PART_POSITIONS;
  let end = min(begin + PART_POSITIONS, POSITIONS);
  for (var position = begin + slice; position < end; position += SPLIT) {
    let line = position / OW;
    let down = line % OH * STRIDE_Y;
    let right = position % OW * STRIDE_X;
    var isOutside = rows.tap >= vec4u(TAPS);
    if (PADDED != 0u) { isOutside = isOutside | (row_y + down >= vec4u(H)) | (row_x + right >= vec4u(W)); }
    let at = places + (line / OH * H + down) * ROW + right * PIXEL;
    let four_dy = dy[position * N_VECTORS + filters];
    if (PIXEL == 1u) {
      sum0 = add_pixel(sum0, at.x, isOutside.x, four_dy);
      sum1 = add_pixel(sum1, at.y, isOutside.y, four_dy);
      sum2 = add_pixel(sum2, at.z, isOutside.z, four_dy);
      sum3 = add_pixel(sum3, at.w, isOutside.w, four_dy);
    } else {
      let four_x = x[select(at.x / 4u, 0u, isOutside.x)];
      sum0 = select(fma(vec4f(four_x.x), four_dy, sum0), sum0, isOutside.x);
      sum1 = select(fma(vec4f(four_x.y), four_dy, sum1), sum1, isOutside.x);
      sum2 = select(fma(vec4f(four_x.z), four_dy, sum2), sum2, isOutside.x);
      sum3 = select(fma(vec4f(four_x.w), four_dy, sum3), sum3, isOutside.x);
    }
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

  if (slice == 0u) {
    store(group.z, rows.tap.x, rows.c.x, filters, sum0);
    store(group.z, rows.tap.y, rows.c.y, filters, sum1);
    store(group.z, rows.tap.z, rows.c.z, filters, sum2);
    store(group.z, rows.tap.w, rows.c.w, filters, sum3);
  }
}
