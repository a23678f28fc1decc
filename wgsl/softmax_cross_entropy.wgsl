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

// Whether x is below a negative number, or below -0, that is given by its bits; NaN is not. Of a comparison, compilers may
// make one that NaN passes, or a maximum, which drops it.
fn is_below(x: vec4f, limit: u32) -> vec4<bool> {
  let bits = bitcast<vec4u>(x);
  return (bits > vec4u(limit)) & (bits <= vec4u(0xff800000));
}

// exp(r) - 1 where x = n·ln 2 + r with |r| ≤ ln 2 / 2, to its last digits also where it is small. ln 2 has two parts,
// of which the first times n is exact. Of n as it is, compilers make one product of the two.
fn expm1_of_rest(x: vec4f, n: vec4f) -> vec4f {
  let r = fma(vec4f(vec4i(n) << vec4u(10)), vec4f(2.12194440e-4 / 1024), fma(n, vec4f(-0.693359375), x));
  var p = 1.9875691500e-4 * r + 1.3981999507e-3;
  p = (p * r + 8.3334519073e-3) * r + 4.1665795894e-2;
  p = (p * r + 1.6666665459e-1) * r + 5.0000001201e-1;
  return fma(p, r * r, r);
}

fn power_of_2(n: vec4f) -> vec4f {
  return bitcast<vec4f>((vec4i(n) + 127) << vec4u(23));
}

// exp(x) for x ≤ 0; what would be less than the least normal number is 0. The language's own may be off by 3 + 2·|x| units.
fn exponential(x: vec4f) -> vec4f {
  let isTooSmall = is_below(x, 0xc2aeac4fu);
  let bounded = select(x, vec4f(-87.3365402), isTooSmall);
  let n = round(bounded * 1.44269504);
  return select((1 + expm1_of_rest(bounded, n)) * power_of_2(n), vec4f(), isTooSmall);
}

fn loss(i: u32) -> f32 {
  let row = i * PITCH;
  var largest = logits[row];
  for (var c = 1u; c < C; c++) {
    largest = max(largest, logits[row + c]);
  }
  var sum = 0f;
  for (var c = 0u; c < C; c++) {
    sum += exponential(vec4f(logits[row + c] - largest)).x;
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
