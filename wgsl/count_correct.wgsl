// count_correct: 1 for each row whose largest logit is at its label, else 0. Of equal logits the first counts.
// Shapes: logits [M,C], labels u32 [M] → correct [M].   M rows (batch), C classes.
// Work: one row a thread, 256 threads a workgroup; the threads after the last row write the pads.
// Limits: M·C below 2³². One thread reads a whole row: meant for tens of classes.

override M: u32;
override C: u32;
override PITCH: u32 = (C + 3u) / 4u * 4u;
override STORED: u32 = (M + 3u) / 4u * 4u; // elements of the result, pads included

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@group(0) @binding(2) var<storage, read_write> correct: array<f32>;

fn argmax(row: u32) -> u32 {
  var best = 0u;
  var largest = logits[row * PITCH];
  for (var c = 1u; c < C; c++) {
    let logit = logits[row * PITCH + c];
    if (logit > largest) {
      best = c;
      largest = logit;
    }
  }
  return best;
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < STORED; i += groups.x * 256u) {
    var result = 0f;
    if (i < M) {
      result = select(0f, 1f, argmax(i) == labels[i]);
    }
    correct[i] = result;
  }
}
