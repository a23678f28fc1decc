// upsample2d: images made larger by whole factors, each pixel repeated, or on the lines between the nearest (bilinear).
// Shapes: X [B,H,W,C] → Y [B,H·FACTOR_Y,W·FACTOR_X,C].
// Work: one 4-lane vector of Y a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: vectors of Y below 2³². Pads of Y are zero because those of X are.

override B: u32;
override H: u32;
override W: u32;
override VECTORS: u32; // 4-lane vectors of a pixel
override FACTOR_Y: u32;
override FACTOR_X: u32;
override BILINEAR: u32; // 1: on the lines between pixels, 0: the nearest

override OH: u32 = H * FACTOR_Y;
override OW: u32 = W * FACTOR_X;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

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

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < B * OH * OW * VECTORS; at += groups.x * 256u) {
    let position = at / VECTORS;
    let image = position / (OH * OW);
    let down = between(position / OW % OH, FACTOR_Y);
    let across = between(position % OW, FACTOR_X);
    let upper = (image * H + down.low) * W;
    let lower = (image * H + min(down.low + 1u, H - 1u)) * W;
    let right = min(across.low + 1u, W - 1u);
    let c = at % VECTORS;
    let first = x[(upper + across.low) * VECTORS + c];
    if (BILINEAR == 0u) {
      y[at] = first;
      continue;
    }
    let above = (1 - down.part) * (1 - across.part) * first + (1 - down.part) * across.part * x[(upper + right) * VECTORS + c];
    let below = down.part * (1 - across.part) * x[(lower + across.low) * VECTORS + c] +
      down.part * across.part * x[(lower + right) * VECTORS + c];
    y[at] = above + below;
  }
}
