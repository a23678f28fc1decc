// augment: Y = images of X, each flipped, then turned and zoomed about its centre, then shifted by whole pixels, as drawn:
//   Y[b,oy,ox,c] = X[b,sy,sx,c],  sx = cx + (cos·qx − sin·qy)/z,  sy = cy + (sin·qx + cos·qy)/z,  q = o − t − centre.
// Values between pixels are bilinear; what lies outside an image is FILL.
// Shapes: X → Y, of one shape, [B,H,W,C] or [B,H,W] (PIXEL is 1 then).
// Work: one 4-lane vector a thread, 256 threads a workgroup; a thread strides on where the grid is clamped. Each draws
// the Philox4x32-10 block with counter [b, step, LANE, STREAM] of its image: integers alone, the same on every device.
// Limits: fewer than 2³¹ elements; sides below 2¹⁵.

override VECTORS: u32;
override H: u32;
override W: u32;
override C: u32;
override PIXEL: u32; // elements from a pixel to the next
override ROW: u32; // elements from a row of an image to the next
override SHIFT_Y: u32;
override SHIFT_X: u32;
override FLIP: u32; // 1 left to right, 2 top to bottom
override ANGLE: u32; // the largest, in 2⁻²⁴ turns
override ZOOM: u32; // the largest, in 2⁻¹⁶
override FILL: f32;
override LANE: u32;
override STREAM: u32;

struct Step {
  start: u32,
  count: u32,
  slot: u32,
  step: u32,
  seed: vec2u,
  weight: f32, // 1/count
  unused: u32,
  scalars: array<vec4f, 4>,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<uniform> step: Step;

// WGSL has no 64-bit product: the high word comes from products of 16-bit halves.
fn multiply_high(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle1 = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let middle2 = (a & 0xffffu) * (b >> 16u) + (middle1 & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle1 >> 16u) + (middle2 >> 16u);
}

fn philox4x32(start: vec4u, seed: vec2u) -> vec4u {
  var counter = start;
  var key = seed;
  for (var round = 0u; round < 10u; round++) {
    counter = vec4u(
      multiply_high(0xcd9e8d57u, counter.z) ^ counter.y ^ key.x,
      0xcd9e8d57u * counter.z,
      multiply_high(0xd2511f53u, counter.x) ^ counter.w ^ key.y,
      0xd2511f53u * counter.x,
    );
    key += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return counter;
}

// cos of an angle in units of 2⁻²⁴ turns: the nearest quarter turn and a polynomial on the rest.
fn cos_turns(angle: vec4i) -> vec4f {
  let quarter = (angle + (1 << 21)) >> vec4u(22);
  let f = vec4f(angle - (quarter << vec4u(22))) * 0x1p-22; // of a quarter turn, from -½ to ½
  let z = f * f;
  let sine = f * (((-4.60214921e-3 * z + 7.96802176e-2) * z - 0.645963478) * z + 1.57079632);
  let cosine = (((9.03628066e-4 * z - 2.08600695e-2) * z + 0.253669204) * z - 1.23370054) * z + 1;
  // Quarters 0 … 3: cos, -sin, -cos, sin.
  let value = select(cosine, sine, (quarter & vec4i(1)) != vec4i());
  return select(value, -value, ((quarter + 1) & vec4i(2)) != vec4i());
}

// A whole number from -most to most.
fn whole(word: u32, most: u32) -> i32 {
  return i32(multiply_high(word, 2u * most + 1u)) - i32(most);
}

// A channel of a pixel of the flipped image `b`, or what lies outside.
fn pixel(b: u32, place: vec2i, channel: u32, flipped: vec2<bool>) -> f32 {
  let last = vec2i(i32(W), i32(H)) - 1;
  if (any(place < vec2i()) || any(place > last)) {
    return FILL;
  }
  let at = vec2u(select(place, last - place, flipped));
  return x[b * H * ROW + at.y * ROW + at.x * PIXEL + channel];
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let size = vec2f(f32(W), f32(H));
  let centre = 0.5 * (size - 1);
  for (var i = id.x; i < VECTORS; i += groups.x * 256u) {
    let b = 4u * i / (H * ROW);
    let words = philox4x32(vec4u(b, step.step, LANE, STREAM), step.seed);
    let shift = vec2i(whole(words.y, SHIFT_X), whole(words.x, SHIFT_Y));
    let flipped = vec2<bool>((words.z >> 31u & FLIP) != 0u, (words.z >> 30u & 1u & FLIP >> 1u) != 0u);
    let angle = whole(words.w, ANGLE);
    let scale = 1 + f32(whole(words.z << 2u, ZOOM)) * 0x1p-16;
    let turn = cos_turns(vec4i(angle, angle - (1 << 22), 0, 0)).xy / scale;
    var values = vec4f();
    for (var lane = 0u; lane < 4u; lane++) {
      let rest = (4u * i + lane) % (H * ROW);
      let column = rest % ROW / PIXEL;
      let channel = rest % PIXEL;
      if (column >= W || channel >= C) {
        continue;
      }
      let place = vec2i(vec2u(column, rest / ROW)) - shift;
      if (ANGLE == 0u && ZOOM == 0u) {
        values[lane] = pixel(b, place, channel, flipped);
        continue;
      }
      let q = vec2f(place) - centre;
      let source = centre + vec2f(turn.x * q.x - turn.y * q.y, turn.y * q.x + turn.x * q.y);
      // One pixel outside all is FILL.
      let inside = clamp(source, vec2f(-1), size);
      let first = vec2i(floor(inside));
      let part = inside - floor(inside);
      let a = pixel(b, first, channel, flipped);
      let c = pixel(b, first + vec2i(0, 1), channel, flipped);
      let top = a + part.x * (pixel(b, first + vec2i(1, 0), channel, flipped) - a);
      let bottom = c + part.x * (pixel(b, first + vec2i(1, 1), channel, flipped) - c);
      values[lane] = top + part.y * (bottom - top);
    }
    y[i] = values;
  }
}
