/** Bugs to plant in kernels: each is one small change of a source, of the kinds that people make. */

export interface PlantedBug {
  readonly what: string;
  /** The op whose cases must see it. */
  readonly op: string;
  /** Path in `wgsl` or in `kernels`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Also planted where there is little time. */
  readonly short?: true;
}

export const WGSL_BUGS: readonly PlantedBug[] = [
  {
    what: "drops the bias",
    op: "linear",
    file: "linear.wgsl",
    from: "activate(sum + bias[columns])",
    to: "activate(sum)",
    short: true,
  },
  {
    what: "adds the expected probability",
    op: "softmax_cross_entropy_grad",
    file: "softmax_cross_entropy_grad.wgsl",
    from: "/ sum - expected",
    to: "/ sum + expected",
    short: true,
  },
  {
    what: "leaves out the last row",
    op: "sum_rows",
    file: "sum_rows.wgsl",
    from: "for (; i < M; i += 256u)",
    to: "for (; i + 1u < M; i += 256u)",
    short: true,
  },
  {
    what: "takes A for B",
    op: "matmul",
    file: "matmul.wgsl",
    from: "{ return b[k * N_VECTORS + columns]; }",
    to: "{ return a[k * N_VECTORS + columns]; }",
    short: true,
  },
  {
    what: "leaves a curve's value in the pads",
    op: "linear",
    file: "linear.wgsl",
    from: "select(activate(sum + bias[columns]), vec4f(), isPad)",
    to: "activate(sum + bias[columns])",
  },
  {
    what: "lets every one of equal maxima take the gradient",
    op: "max_pool2d_grad",
    file: "max_pool2d_grad.wgsl",
    from: "{ wins &= exceeds(value, other); }",
    to: "{ wins &= !exceeds(other, value); }",
  },
  {
    what: "turns no window",
    op: "conv2d",
    file: "conv2d.wgsl",
    from: "TAPS - 1u - tap",
    to: "tap",
  },
  {
    what: "counts rows without the padding",
    op: "conv2d",
    file: "conv2d.wgsl",
    from: "STRIDE_Y - PAD_TOP",
    to: "STRIDE_Y",
  },
  {
    what: "mixes up the strides",
    op: "conv2d_weight_grad",
    file: "conv2d_weight_grad.wgsl",
    from: "position % OW * STRIDE_X",
    to: "position % OW * STRIDE_Y",
  },
  {
    what: "leaves out the last step of the tree",
    op: "matmul",
    file: "matmul.wgsl",
    from: "half > 0u",
    to: "half > 1u",
  },
  {
    what: "forgets the correction of the second moment",
    op: "adam",
    file: "adam.wgsl",
    from: "sqrt(v) * c",
    to: "sqrt(v)",
  },
  {
    what: "divides by the second moment as it is, not by its largest",
    op: "amsgrad",
    file: "amsgrad.wgsl",
    from: "sqrt(w) * c",
    to: "sqrt(v) * c",
  },
  {
    what: "turns images only half",
    op: "augment",
    file: "augment.wgsl",
    from: "turn.x * q.x - turn.y * q.y",
    to: "turn.x * q.x + turn.y * q.y",
  },
  {
    what: "adds ε to the variance, not to its root",
    op: "rmsprop",
    file: "rmsprop.wgsl",
    from: "sqrt(variance) + EPSILON",
    to: "sqrt(variance + EPSILON)",
  },
  {
    what: "reads the row after the last of a short batch",
    op: "gather",
    file: "gather.wgsl",
    from: "step.count - 1u",
    to: "step.count",
  },
  {
    what: "writes one vector too many",
    op: "add",
    file: "add.wgsl",
    from: "i < VECTORS",
    to: "i <= VECTORS",
  },
  {
    what: "takes pads for values of a row",
    op: "reduce",
    file: "reduce.wgsl",
    from: ">= vec4u(COLUMNS)",
    to: "> vec4u(COLUMNS)",
  },
  {
    what: "takes the slope of tanh for 1 + y²",
    op: "activation_grad",
    file: "activation_grad.wgsl",
    from: "1 - y * y",
    to: "1 + y * y",
  },
];

export const WASM_BUGS: readonly PlantedBug[] = [
  {
    what: "starts the sum of squares at nothing",
    op: "adagrad",
    file: "adagrad.ts",
    from: "f32x4.sqrt(f32x4.add(initial, s))",
    to: "f32x4.sqrt(s)",
  },
  {
    what: "takes the upper pixels for the lower ones",
    op: "augment",
    file: "augment.ts",
    from: "between(at0 + frameRow, at1",
    to: "between(at0, at1",
  },
  {
    what: "leaves what was there behind shifted rows",
    op: "augment",
    file: "augment.ts",
    from: "copy(to + before + within, frame, line - before - within);",
    to: "",
  },
  {
    what: "drops the bias of wide layers",
    op: "linear",
    file: "linear.ts",
    from: "memory.copy(y + <usize> i * yRow, b, yRow)",
    to: "memory.fill(y + <usize> i * yRow, 0, yRow)",
  },
  {
    what: "leaves the last vector without its activation",
    op: "linear",
    file: "lib/activate.ts",
    from: "if (at < to) v128.store",
    to: "if (at + 16 < to) v128.store",
  },
  {
    what: "leaves the pads as they come",
    op: "linear",
    file: "lib/activate.ts",
    from: "clearRowPads(begin, end, y, yRow, n);",
    to: "",
  },
  {
    what: "leaves out the terms of the last part",
    op: "linear",
    file: "lib/dense.ts",
    from: "first < k; first += part",
    to: "first + part < k; first += part",
  },
  {
    what: "turns the sign of the exponents",
    op: "softmax",
    file: "lib/classes.ts",
    from: "f32x4.sub(v128.load(row + (<usize> c << 2)), largest)",
    to: "f32x4.sub(largest, v128.load(row + (<usize> c << 2)))",
  },
  {
    what: "has one digit of the logarithm wrong",
    op: "binary_cross_entropy",
    file: "lib/logarithm.ts",
    from: "0.400075606",
    to: "0.410075606",
  },
  {
    what: "has one digit of the exponential wrong",
    op: "softmax",
    file: "lib/math.ts",
    from: "1.6666665459e-1",
    to: "1.6676665459e-1",
  },
  {
    what: "puts results of rows of several axes elsewhere",
    op: "reduce",
    file: "reduce.ts",
    from: "q / k1 * k0Step + q % k1 * k1Step",
    to: "q % k1 * k0Step + q / k1 * k1Step",
  },
  {
    what: "takes the slope of tanh for 1 + y²",
    op: "activation_grad",
    file: "lib/math.ts",
    from: "return f32x4.sub(one, f32x4.mul(y, y))",
    to: "return f32x4.add(one, f32x4.mul(y, y))",
  },
  {
    what: "turns no window",
    op: "conv2d",
    file: "conv2d.ts",
    from: "flip ? (kh - 1 - ky) * kw + kw - 1 - kx",
    to: "flip ? ky * kw + kx",
  },
  {
    what: "lists one row of a target's window too few",
    op: "conv2d",
    file: "lib/windows.ts",
    from: "floorDiv(kh - 1 - shift, spreadY) + 1",
    to: "floorDiv(kh - 1 - shift, spreadY)",
  },
  {
    what: "gives the fourth pixel the gradient of the third",
    op: "max_pool2d_grad",
    file: "max_pool2d_grad.ts",
    from: "v128.andnot(g, before3)",
    to: "v128.andnot(g, before2)",
  },
  {
    what: "leaves the offsets of non-zeros where they were",
    op: "matmul",
    file: "lib/nonzeros.ts",
    from: "i8x16.relaxed_swizzle(offsets, shuffle)",
    to: "offsets",
  },
  {
    what: "swaps the operands' rows of Aᵀ·Bᵀ",
    op: "matmul",
    file: "matmul.ts",
    from: "load<f32>(b + <usize> j * bRow + (<usize> t << 2))",
    to: "load<f32>(b + <usize> t * bRow + (<usize> j << 2))",
  },
  {
    what: "moves against Nesterov's direction in the last vector",
    op: "momentum",
    file: "momentum.ts",
    from: "f32x4.sub(f32x4.mul(keep, v), s) : v",
    to: "f32x4.add(f32x4.mul(keep, v), s) : v",
  },
  {
    what: "mixes up rows and columns of the counts",
    op: "confusion",
    file: "confusion.ts",
    from: "counts + label * pitch + (<usize> argmax(z + <usize> i * pitch, classes) << 2)",
    to: "counts + <usize> argmax(z + <usize> i * pitch, classes) * pitch + (label << 2)",
  },
];
