// outer_product: C[i,j] = a[i]·b[j].
// Shapes: a [M], b [N] → C [M,N].
// Work: one 4-lane vector a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: VECTORS below 2³¹. Pads of C are zero because those of b are.

override VECTORS: u32; // of C
override N: u32;
override ROW_VECTORS: u32 = (N + 3u) / 4u;

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < VECTORS; i += groups.x * 256u) {
    c[i] = a[i / ROW_VECTORS] * b[i % ROW_VECTORS];
  }
}
