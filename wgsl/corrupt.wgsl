// corrupt: Y = X with noise on the elements whose random word is below LIMIT: masking 0, salt and pepper 0 or 1,
// Gaussian X + DEVIATION·N(0,1).
// Shapes: X → Y, of one shape with rows of N.
// Work: one 4-lane vector a thread, 256 threads a workgroup; a thread strides on where the grid is clamped. Vector
// v draws the Philox4x32-10 block with counter [v, step, LANE, STREAM] and the step's seed as key: integers alone,
// so the mask is the same on every device. Normal numbers are Box and Muller's, from the block at NOISE_STREAM;
// logarithm and cosine are polynomials, because those of the language may be wrong by 2⁻²¹ and 2⁻¹¹.
// Limits: VECTORS below 2³¹.

override VECTORS: u32;
override N: u32;
override KIND: u32; // 0 masking, 1 salt and pepper, 2 Gaussian
override LIMIT: u32; // rate·2²⁴, compared with the upper 24 bits of a word
override DEVIATION: f32;
override LANE: u32;
override STREAM: u32;
override NOISE_STREAM: u32;
override ROW_VECTORS: u32 = (N + 3u) / 4u;

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

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
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

// ln x for x from 2⁻²⁴ to 1: x = m·2ⁿ with m from √½ to √2, and ln m = 2·atanh((m - 1)/(m + 1)).
fn natural_log(x: vec4f) -> vec4f {
  let bits = bitcast<vec4i>(x);
  let exponent = (bits - vec4i(0x3f3504f3)) >> vec4u(23);
  let m = bitcast<vec4f>(bits - (exponent << vec4u(23)));
  let s = (m - 1) / (m + 1);
  let w = s * s;
  let p = ((0.268514980 * w + 0.282366198) * w + 0.400075606) * w + 0.666666403;
  let n = vec4f(exponent);
  return n * 0.693359375 + (n * -2.12194440e-4 + (s * w * p + 2 * s));
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

// Words 0 and 1 give a radius and an angle, hence two numbers; so do 2 and 3. The odd lanes take the sine.
fn normal_numbers(words: vec4u) -> vec4f {
  let bits = vec4i(words >> vec4u(8));
  let u = vec4f((1 << 24) - bits.xxzz) * 0x1p-24; // never 0
  return sqrt(-2 * natural_log(u)) * cos_turns(bits.yyww - vec4i(0, 1 << 22, 0, 1 << 22));
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < VECTORS; i += groups.x * 256u) {
    let words = philox4x32(vec4u(i, step.step, LANE, STREAM), step.seed);
    let column = vec4u(i % ROW_VECTORS * 4u) + vec4u(0, 1, 2, 3);
    let hit = (words >> vec4u(8)) < vec4u(LIMIT);
    // A kind that it does not know makes NaN.
    var changed = bitcast<vec4f>(words | vec4u(0x7fc00000));
    if (KIND == 0u) {
      changed = vec4f();
    } else if (KIND == 1u) {
      changed = vec4f(words & vec4u(1));
    } else if (KIND == 2u && any(hit)) {
      let noise = normal_numbers(philox4x32(vec4u(i, step.step, LANE, NOISE_STREAM), step.seed));
      changed = x[i] + DEVIATION * noise;
    }
    y[i] = select(x[i], changed, hit & (column < vec4u(N)));
  }
}
