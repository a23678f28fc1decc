// linear_bytes: Y = f(X·W + b) with X[i,:] = SCALE · table[order[start + min(i, count-1)],:], straight from bytes.
// Shapes: table u8 [R,K] in words of four, order u32 [L], W [K,N], b [N] → Y [M,N].   M rows (batch), K inputs, N units.
// Work: one 4-lane vector of Y a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: M·N and K·N below 2³⁴. Plain: it reads W once per row. Plans for this executor gather first and use linear,
// whose tiles share what they read.

override M: u32;
override K: u32;
override N: u32;
override ACTIVATION: u32; // 0 identity, 1 relu, 2 sigmoid, 3 tanh
override SCALE: f32;
override WHOLE: u32;
override WORDS: u32 = (K + 3u) / 4u; // words of a table row
override VECTORS: u32 = (N + 3u) / 4u; // 4-lane vectors of a row of W and Y

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

@group(0) @binding(0) var<storage, read> table: array<u32>;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read> weights: array<vec4f>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(5) var<uniform> step: Step;

// As in linear.wgsl: the exponential cannot overflow, and a number that is none stays none.
fn activate(v: vec4f) -> vec4f {
  switch ACTIVATION {
    case 1u: { return select(v, vec4f(), v < vec4f()); }
    case 2u: {
      let small = exp(-abs(v));
      return select(small, vec4f(1), v >= vec4f()) / (1 + small);
    }
    case 3u: {
      let small = exp(-2 * abs(v));
      return select(vec4f(-1), vec4f(1), v >= vec4f()) * (1 - small) / (1 + small);
    }
    default: { return v; }
  }
}

fn table_row(i: u32) -> u32 {
  if (WHOLE == 1u) { return order[i]; }
  return order[step.start + min(i, step.count - 1u)];
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < M * VECTORS; at += groups.x * 256u) {
    let columns = at % VECTORS;
    let row = table_row(at / VECTORS) * WORDS;
    var sum = bias[columns];
    for (var k = 0u; k < K; k++) {
      let byte = (table[row + k / 4u] >> (8u * (k % 4u))) & 0xffu;
      sum = fma(vec4f(SCALE * f32(byte)), weights[k * VECTORS + columns], sum);
    }
    let isPad = vec4u(4u * columns) + vec4u(0, 1, 2, 3) >= vec4u(N);
    y[at] = select(activate(sum), vec4f(), isPad);
  }
}
