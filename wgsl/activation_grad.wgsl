// activation_grad: dX = dY ∘ f′, the gradient through an activation Y = f(X), from Y alone.
// Shapes: dY, Y → dX, all the same.
// Work: one 4-lane vector a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: VECTORS below 2³¹. Pads stay zero because those of dY are zero and every slope is finite.

override VECTORS: u32; // 4-lane vectors of a tensor, pads included
override ACTIVATION: u32; // 0 identity, 1 relu, 2 sigmoid, 3 tanh

@group(0) @binding(0) var<storage, read> dY: array<vec4f>;
@group(0) @binding(1) var<storage, read> y: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dX: array<vec4f>;

// An activation that it does not know makes NaN.
fn slope(y: vec4f) -> vec4f {
  switch ACTIVATION {
    case 0u: { return vec4f(1); }
    case 1u: { return select(vec4f(0), vec4f(1), y > vec4f(0)); }
    case 2u: { return y * (1 - y); }
    case 3u: { return 1 - y * y; }
    default: { return bitcast<vec4f>(bitcast<vec4u>(y) | vec4u(0x7fc00000)); }
  }
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < VECTORS; i += groups.x * 256u) {
    dX[i] = dY[i] * slope(y[i]);
  }
}
