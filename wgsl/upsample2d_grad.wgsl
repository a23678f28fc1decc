// upsample2d_grad: each pixel takes of every result the share that the result has of it.
// Shapes: dY [B,H·FACTOR_Y,W·FACTOR_X,C] → dX [B,H,W,C].
// Work: one 4-lane vector of dX a thread, 256 threads a workgroup; a thread strides on where the grid is clamped. It adds
// the results that may lie between its pixel and those beside it, in row-major order.
// Limits: vectors of dY below 2³². Pads of dX are zero because those of dY are.

override B: u32;
override H: u32;
override W: u32;
override VECTORS: u32; // 4-lane vectors of a pixel
override FACTOR_Y: u32;
override FACTOR_X: u32;
override BILINEAR: u32; // 1: on the lines between pixels, 0: the nearest

override OH: u32 = H * FACTOR_Y;
override OW: u32 = W * FACTOR_X;
override AROUND: u32 = BILINEAR; // pixels beside its own that a result may take a share of

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> dx: array<vec4f>;

// Along an axis, a result lies between pixels `low` and `low` + 1, and takes `part` of the second. In whole numbers, so
// that only the division rounds.
struct Between {
  low: u32,
  part: f32,
}

fn between(at: u32, factor: u32) -> Between {
  if (BILINEAR == 0u) { return Between(at / factor, 0f); }
  let place = max(2u * at + 1u, factor) - factor;
  return Between(place / (2u * factor), f32(place % (2u * factor)) / f32(2u * factor));
}

// The share that result `at` has of pixel `own` of an axis.
fn share_of(at: u32, own: u32, factor: u32, size: u32) -> f32 {
  let found = between(at, factor);
  let low = select(0f, 1 - found.part, found.low == own);
  return low + select(0f, found.part, min(found.low + 1u, size - 1u) == own);
}

fn first_result(own: u32, factor: u32) -> u32 {
  return (max(own, AROUND) - AROUND) * factor;
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < B * H * W * VECTORS; at += groups.x * 256u) {
    let pixel = at / VECTORS;
    let image = pixel / (H * W);
    let iy = pixel / W % H;
    let ix = pixel % W;
    var sum = vec4f();
    for (var oy = first_result(iy, FACTOR_Y); oy < min(OH, (iy + 1u + AROUND) * FACTOR_Y); oy++) {
      let down = share_of(oy, iy, FACTOR_Y, H);
      if (down == 0) { continue; }
      for (var ox = first_result(ix, FACTOR_X); ox < min(OW, (ix + 1u + AROUND) * FACTOR_X); ox++) {
        let across = share_of(ox, ix, FACTOR_X, W);
        if (across == 0) { continue; }
        sum += down * across * dy[((image * OH + oy) * OW + ox) * VECTORS + at % VECTORS];
      }
    }
    dx[at] = sum;
  }
}
