// softmax: p[i,c] = exp(z[i,c] - max_i) / Σ_c exp(z[i,c] - max_i): no exponent is above 0, so none overflows.
// Shapes: logits z [M,C] → probabilities p [M,C].   M rows (batch), C classes.
// Work: one row a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: M·C below 2³². One thread reads a whole row: meant for tens of classes.

override M: u32;
override C: u32;
override PITCH: u32 = (C + 3u) / 4u * 4u;

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read_write> probabilities: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < M; i += groups.x * 256u) {
    let row = i * PITCH;
    var largest = logits[row];
    for (var c = 1u; c < C; c++) {
      largest = max(largest, logits[row + c]);
    }
    var sum = 0f;
    for (var c = 0u; c < C; c++) {
      let exponential = exp(logits[row + c] - largest);
      probabilities[row + c] = exponential;
      sum += exponential;
    }
    for (var c = 0u; c < C; c++) {
      probabilities[row + c] /= sum;
    }
    for (var c = C; c < PITCH; c++) {
      probabilities[row + c] = 0f;
    }
  }
}
