// kl_sparsity: p[j] = ρ·ln(ρ/(m[j]+ε)) + (1-ρ)·ln((1-ρ)/(1-m[j]+ε)).
// Shapes: mean activations m [N] → p [N], in nats.
// Work: one unit a thread, 256 threads a workgroup; a thread strides on where the grid is clamped; the threads
// after the last unit write the pads.

override N: u32;
override RHO: f32;
override EPSILON: f32;
override STORED: u32 = (N + 3u) / 4u * 4u; // elements of the result, pads included

@group(0) @binding(0) var<storage, read> means: array<f32>;
@group(0) @binding(1) var<storage, read_write> p: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var j = id.x; j < STORED; j += groups.x * 256u) {
    let m = means[j];
    // Without max() a compiler makes (1 + EPSILON) - m of it, which near m = 1 is off by some percent.
    let off = max(1 - m, 0f) + EPSILON;
    let divergence = RHO * log(RHO / (m + EPSILON)) + (1 - RHO) * log((1 - RHO) / off);
    p[j] = select(0f, divergence, j < N);
  }
}
