// linear_lists: Y = f(X·W + b) with X as lists by rows (src/ops/_lists.ts).
// Shapes: lists u32, W [K,N], b [N] → Y [M,N].   M rows (batch), K inputs, N units.
// Work: one 4-lane vector of Y a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: M·N and K·N below 2³⁴. Plain, as linear_bytes is.

override M: u32;
override N: u32;
override VALUES_AT: u32;
override CAPACITY: u32;
override ACTIVATION: u32; // 0 identity, 1 relu, 2 sigmoid, 3 tanh
override VECTORS: u32 = (N + 3u) / 4u; // 4-lane vectors of a row of W and Y

@group(0) @binding(0) var<storage, read> lists: array<u32>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

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

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var at = id.x; at < M * VECTORS; at += groups.x * 256u) {
    let columns = at % VECTORS;
    let row = at / VECTORS;
    var sum = bias[columns];
    for (var e = lists[row]; e < lists[row + 1u]; e++) {
      let value = bitcast<f32>(lists[VALUES_AT + e]);
      sum = fma(vec4f(value), weights[lists[VALUES_AT + CAPACITY + e] / 16u + columns], sum);
    }
    let isPad = vec4u(4u * columns) + vec4u(0, 1, 2, 3) >= vec4u(N);
    y[at] = select(activate(sum), vec4f(), isPad);
  }
}
