// reduce: y[k] = SCALE · Σ x, max x or min x over the reduced axes.
// Shapes: x of up to four axes → y of those that are left. Rows of x (all axes but the last) are those of results, K0·K1,
// and those that are put together, R0·R1; steps between them are in vectors.
// Work: a result, or four columns of one where the last axis stays, has THREADS threads of a workgroup, which take its
// terms in turn and meet in a tree, always in the same order; a workgroup strides on where the grid is clamped.
// Limits: x below 2³² vectors. Pads of y are written as zero, or are sums, maxima and minima of pads, which are.

override KIND: u32; // 0 sum, 1 max, 2 min
override LAST: u32; // 1: the last axis is reduced too
override SCALE: f32;
override UNITS: u32; // results with pads, or vectors of results
override COLUMNS: u32; // of x
override RESULTS: u32; // columns of y
override K1: u32;
override K0_STEP: u32;
override K1_STEP: u32;
override R0: u32;
override R1: u32;
override R0_STEP: u32;
override R1_STEP: u32;
override THREADS: u32; // a power of two up to 256
override VECTORS: u32 = (COLUMNS + 3u) / 4u;
override RESULT_PITCH: u32 = (RESULTS + 3u) / 4u * 4u;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

var<workgroup> shared_terms: array<vec4f, 256>;

fn is_nan(v: vec4f) -> vec4<bool> {
  return (bitcast<vec4u>(v) & vec4u(0x7fffffff)) > vec4u(0x7f800000);
}

// A kind that it does not know makes NaN. Of a comparison compilers may make a maximum that drops one.
fn join(a: vec4f, b: vec4f) -> vec4f {
  switch KIND {
    case 0u: { return a + b; }
    case 1u: { return select(select(select(b, a, a > b), b, is_nan(b)), a, is_nan(a)); }
    case 2u: { return select(select(select(b, a, a < b), b, is_nan(b)), a, is_nan(a)); }
    default: { return bitcast<vec4f>(bitcast<vec4u>(a) | vec4u(0x7fc00000)); }
  }
}

// The terms of a result that begins at `start`, of which this thread takes every THREADS-th from `t` on. What takes the
// place of none is 0 or, of a maximum or minimum, the first term.
fn terms(start: u32, t: u32) -> vec4f {
  let first = x[start];
  let none = select(vec4f(), select(first, first.xxxx, LAST == 1u), KIND != 0u);
  var sum = none;
  let width = select(1u, VECTORS, LAST == 1u);
  for (var i = t; i < R0 * R1 * width; i += THREADS) {
    let row = i / width;
    let vector = i % width;
    var term = x[start + row / R1 * R0_STEP + row % R1 * R1_STEP + vector];
    if (LAST == 1u) {
      term = select(term, none, vec4u(4u * vector) + vec4u(0, 1, 2, 3) >= vec4u(COLUMNS));
    }
    sum = join(sum, term);
  }
  return sum;
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let t = local % THREADS;
  let slots = 256u / THREADS;
  for (var first = group.x * slots; first < UNITS; first += groups.x * slots) {
    let unit = first + local / THREADS;
    let width = select(VECTORS, RESULT_PITCH, LAST == 1u);
    let row = unit / width;
    let column = unit % width;
    let isPad = LAST == 1u && column >= RESULTS;
    let q = select(row, row * RESULTS + column, LAST == 1u);
    var sum = vec4f();
    if (unit < UNITS && !isPad) {
      let start = q / K1 * K0_STEP + q % K1 * K1_STEP;
      sum = terms(select(start + column, start, LAST == 1u), t);
    }
    shared_terms[local] = sum;
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (t < half) {
        shared_terms[local] = join(shared_terms[local], shared_terms[local + half]);
      }
    }
    if (t == 0u && unit < UNITS) {
      let all = shared_terms[local];
      if (LAST == 1u) {
        let pairs = join(all, all.zwzw);
        y[unit] = select(SCALE * join(pairs, pairs.yyyy).x, 0, isPad);
      } else {
        y[4u * unit] = SCALE * all.x;
        y[4u * unit + 1u] = SCALE * all.y;
        y[4u * unit + 2u] = SCALE * all.z;
        y[4u * unit + 3u] = SCALE * all.w;
      }
    }
    workgroupBarrier();
  }
}
