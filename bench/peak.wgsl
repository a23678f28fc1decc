// peak: Y[i] = X[i] after ROUNDS rounds of eight multiply-adds, one vector of four per thread.
// Many rounds measure arithmetic; none is a copy, and measures memory.   X, Y: VECTORS vectors.

override VECTORS: u32;
override ROUNDS: u32;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < VECTORS; i += groups.x * 256u) {
    y[i] = work(x[i]);
  }
}

fn work(value: vec4f) -> vec4f {
  if (ROUNDS == 0) {
    return value;
  }
  // The factor comes from memory, so that no compiler can work the sums out beforehand.
  var a = value;
  var b = value.yzwx;
  var c = value.zwxy;
  var d = value.wxyz;
  var e = -a;
  var f = -b;
  var g = -c;
  var h = -d;
  for (var round = 0u; round < ROUNDS; round++) {
    a = fma(a, value, value);
    b = fma(b, value, value);
    c = fma(c, value, value);
    d = fma(d, value, value);
    e = fma(e, value, value);
    f = fma(f, value, value);
    g = fma(g, value, value);
    h = fma(h, value, value);
  }
  return ((a + b) + (c + d)) + ((e + f) + (g + h));
}
