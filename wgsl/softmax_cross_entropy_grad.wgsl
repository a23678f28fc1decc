// softmax_cross_entropy_grad: dZ[i,c] = (softmax(z[i])[c] - [c = label[i]]) · dLoss[i]; no exponent is above 0.
// Shapes: logits z [M,C], labels u32 [M], dLosses [M] → dLogits dZ [M,C].   M rows (batch), C classes.
// Work: one row a thread, 256 threads a workgroup; a thread strides on where the grid is clamped.
// Limits: M·C below 2³². One thread reads a whole row: meant for tens of classes.

override M: u32;
override C: u32;
override PITCH: u32 = (C + 3u) / 4u * 4u;

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@group(0) @binding(2) var<storage, read> dLosses: array<f32>;
@group(0) @binding(3) var<storage, read_write> dLogits: array<f32>;

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
      dLogits[row + c] = exponential;
      sum += exponential;
    }
    for (var c = 0u; c < C; c++) {
      let expected = select(0f, 1f, c == labels[i]);
      dLogits[row + c] = (dLogits[row + c] / sum - expected) * dLosses[i];
    }
    for (var c = C; c < PITCH; c++) {
      dLogits[row + c] = 0f;
    }
  }
}
