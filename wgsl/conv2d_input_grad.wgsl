// conv2d_input_grad: dX[b,iy,ix,c] = Σ dY[b,oy,ox,:] · W[ky,kx,c,:] over all taps (ky, kx) on which the pixel lay, at
// oy = (iy + PAD_TOP - ky)/STRIDE_Y, ox = (ix + PAD_LEFT - kx)/STRIDE_X where both are whole and in dY: the gradient
// of a convolution by its images. FLIP turns the window by 180°: W[KH-1-ky, KW-1-kx].
// Shapes: dY [B,OH,OW,N], W [KH,KW,C,N] → dX [B,H,W,C] or [B,H,W].   N filters, OH×OW positions.
// Elements of dX lie PIXEL apart from pixel to pixel, ROW from row to row: whole vectors of channels, or, without an
// axis of channels (PIXEL 1), whole vectors of pixels.
// Work: as in conv2d.wgsl: a thread sums a tile of 4 pixels × 4 channels, or 4 pixels of the only channel;
// neighbouring threads take neighbouring channels, then pixels. The pixels of a tile lie a quarter of all apart; those
// of one channel make a vector. SPLIT threads of a workgroup of 256 share the terms of a tile; their sums meet in a
// tree, always in the same order.
// Limits: dY, W and dX below 2³² elements; KH·KW·N below 2¹⁸·SPLIT. 8 KiB of workgroup memory.

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
override SPLIT: u32;

override TILES: u32 = 256u / SPLIT; // of a workgroup
override WIDTH: u32 = ROW / PIXEL; // pixels of a row with its pads
override PIXELS: u32 = B * H * WIDTH;
override QUARTER: u32 = (PIXELS + 3u) / 4u;
override TAPS: u32 = KH * KW;
override C_VECTORS: u32 = (C + 3u) / 4u;
override N_VECTORS: u32 = (N + 3u) / 4u;

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;

// For the tree.
var<workgroup> shared_vectors: array<vec4f, 512>;

// A pixel's row and column in the padded image, and the first position of its image in dY.
struct Pixel {
  y: u32,
  x: u32,
  positions: u32,
}

// Pixel i of the four of a tile.
fn index_of(first: u32, i: u32) -> u32 {
  if (PIXEL == 1u) { return 4u * first + i; }
  return first + i * QUARTER;
}

fn pixel_of(index: u32) -> Pixel {
  let real = min(index, PIXELS - 1u);
  let line = real / WIDTH;
  return Pixel(line % H + PAD_TOP, real % WIDTH + PAD_LEFT, line / H * OH * OW);
}

fn load_w(tap: u32, c: u32, filters: u32) -> vec4f {
  let turned = select(tap, TAPS - 1u - tap, FLIP != 0u);
  return select(vec4f(), weights[(turned * C + min(c, C - 1u)) * N_VECTORS + filters], c < C);
}

// Adds four filters at the position that has the pixel under this tap, if there is one. Columns of w: for each channel
// four filters. Left of and above the first position the differences wrap around, and are too large like those
// beyond the last. Where there is none another is read: behind a branch each read would wait for the one before.
fn add_position(sum: vec4f, pixel: Pixel, ky: u32, kx: u32, filters: u32, w: mat4x4f) -> vec4f {
  let down = pixel.y - ky;
  let right = pixel.x - kx;
  let oy = down / STRIDE_Y;
  let ox = right / STRIDE_X;
  let isNone = oy >= OH || ox >= OW || down % STRIDE_Y != 0u || right % STRIDE_X != 0u;
  let four = dy[select((pixel.positions + oy * OW + ox) * N_VECTORS + filters, 0u, isNone)];
  if (C == 1u) { return select(vec4f(sum.x + dot(four, w[0]), 0, 0, 0), sum, isNone); }
  return select(sum + four * w, sum, isNone);
}

fn store(index: u32, channels: u32, sum: vec4f) {
  if (index < PIXELS) {
    let isPad = vec4u(4u * channels) + vec4u(0, 1, 2, 3) >= vec4u(C);
    dx[index * C_VECTORS + channels] = select(sum, vec4f(), isPad);
  }
}

// Four pixels of one channel.
fn store_pixels(first: u32, sum: vec4f) {
  if (4u * first < PIXELS) {
    let isPad = vec4u(4u * first % WIDTH) + vec4u(0, 1, 2, 3) >= vec4u(W);
    dx[first] = select(sum, vec4f(), isPad);
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
  let channels = tile % C_VECTORS;
  let first = tile / C_VECTORS;
  let pixel0 = pixel_of(index_of(first, 0u));
  let pixel1 = pixel_of(index_of(first, 1u));
  let pixel2 = pixel_of(index_of(first, 2u));
  let pixel3 = pixel_of(index_of(first, 3u));
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();

  for (var term = slice; term < TAPS * N_VECTORS; term += SPLIT) {
    let tap = term / N_VECTORS;
    let filters = term % N_VECTORS;
    let ky = tap / KW;
    let kx = tap % KW;
    let w = mat4x4f(
      load_w(tap, 4u * channels, filters),
      load_w(tap, 4u * channels + 1u, filters),
      load_w(tap, 4u * channels + 2u, filters),
      load_w(tap, 4u * channels + 3u, filters),
    );
    sum0 = add_position(sum0, pixel0, ky, kx, filters, w);
    sum1 = add_position(sum1, pixel1, ky, kx, filters, w);
    sum2 = add_position(sum2, pixel2, ky, kx, filters, w);
    sum3 = add_position(sum3, pixel3, ky, kx, filters, w);
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

  // Tiles beyond the last would write what others write.
  if (slice == 0u && first < QUARTER) {
    if (PIXEL == 1u) {
      store_pixels(first, vec4f(sum0.x, sum1.x, sum2.x, sum3.x));
    } else {
      store(index_of(first, 0u), channels, sum0);
      store(index_of(first, 1u), channels, sum1);
      store(index_of(first, 2u), channels, sum2);
      store(index_of(first, 3u), channels, sum3);
    }
  }
}
