// softmax_cross_entropy: loss[i] = log Σ_c exp(z[i,c] - max_i) + (max_i - z[i, label[i]]), in nats: no exponent
// is above 0, so none overflows. A logit that is not a number makes the row's sum, and so its loss, not a number.
// Shapes: logits z [M,C], labels u32 [M] → losses [M].   M rows (batch), C classes.
// Work: one row a thread, 256 threads a workgroup; the threads after the last row write the pads.
// Limits: M·C below 2³². One thread reads a whole row: meant for tens of classes.

override M: u32;
override C: u32;
override PITCH: u32 = (C + 3u) / 4u * 4u;
override STORED: u32 = (M + 3u) / 4u * 4u; // elements of the result, pads included

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@group(0) @binding(2) var<storage, read_write> losses: array<f32>;

fn loss(i: u32) -> f32 {
  let row = i * PITCH;
  var largest = logits[row];
  for (var c = 1u; c < C; c++) {
    largest = max(largest, logits[row + c]);
  }
  var sum = 0f;
  for (var c = 0u; c < C; c++) {
    sum += exp(logits[row + c] - largest);
  }
  return log(sum) + (largest - logits[row + labels[i]]);
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < STORED; i += groups.x * 256u) {
    var result = 0f;
    if (i < M) {
      result = loss(i);
    }
    losses[i] = result;
  }
}
