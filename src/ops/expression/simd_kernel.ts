/**
 * The WASM kernel of an expression: a module whose function is told (begin, end, …operands, result, vectors, columns,
 * …sizes of inner rows, …strides), with the result's vectors as units. It goes through rows, in each takes two vectors at
 * a time, so that an engine can join them, and computes once a row what has one value there.
 */
import { assemble, type Code, F32, I32, op, V128, type ValueType, whileLoop } from "./assembler.ts";
import type { Layout } from "./broadcast.ts";
import type { Expr } from "./expression.ts";
import { partsOf, usesOf } from "./format.ts";
import { type Draft, type Known, rowParts, valueCode } from "./part_code.ts";

const { localGet: get, localSet: set, i32Const } = op;

/** Numbers that the kernel is told behind its pointers. */
export function kernelArgs({ rows, vectors, columns, operands }: Layout): readonly number[] {
  return [vectors, columns, ...rows.slice(1), ...operands.flatMap(({ strides }) => strides)];
}

/** The parameters, by position, and locals of a kernel. */
interface Frame extends Draft {
  readonly root: Expr;
  readonly layout: Layout;
  readonly vectors: number;
  readonly columns: number;
  /** The first size of inner rows, and the first stride. */
  readonly sizes: number;
  readonly strides: number;
  /** Types of the locals behind the parameters. */
  readonly locals: readonly ValueType[];
  /** The local of each number. */
  readonly numbers: ReadonlyMap<number, number>;
  readonly row: number;
  /** Bytes from the start of the row. */
  readonly at: number;
  /** By operand, the result last: where it is in the row, and where it is at `at`. */
  readonly bases: readonly number[];
  readonly addresses: readonly number[];
}

function newFrame(root: Expr, layout: Layout): Frame {
  const axes = layout.rows.length, count = layout.operands.length, vectors = 3 + count, sizes = vectors + 2;
  const strides = sizes + Math.max(0, axes - 1), parameters = strides + count * axes;
  const locals: ValueType[] = [], numbers = new Map<number, number>();
  const local = (type: ValueType) => parameters + locals.push(type) - 1;
  const number = (value: number): Code => {
    if (value === 0) return op.number(0);
    const known = numbers.get(value) ?? local(F32);
    numbers.set(value, known);
    return [get(known), op.splat];
  };
  const perOperand = () => Array.from({ length: count + 1 }, () => local(I32));
  return {
    ...{ root, layout, vectors, columns: vectors + 1, sizes, strides, locals, numbers, local, number },
    ...{
      uses: usesOf(partsOf(root)),
      row: local(I32),
      at: local(I32),
      bases: perOperand(),
      addresses: perOperand(),
    },
  };
}

/** The bytes of the kernel, exported by `name`. `isMasked`: pads would not stay zero by themselves. */
export function kernelBytes(
  name: string,
  root: Expr,
  layout: Layout,
  isMasked: boolean,
): Uint8Array<ArrayBuffer> {
  const frame = newFrame(root, layout), { vectors, strides, row, at, local } = frame;
  const vector = local(I32), left = local(I32), stop = local(I32), pairStop = local(I32);
  const isOneRow = layout.rows.length === 0, splats = new Map<Expr, Known>();
  const lastVector: Code = [get(vectors), i32Const(1), op.i32Sub, bytesOf];
  const mask = isMasked ? maskLocals(frame) : undefined;
  const everyRow = [placesCode(frame), perRowCode(frame, splats)],
    loops = loopsCode(frame, splats, stop, pairStop, mask);
  const body: Code = [
    [...frame.numbers].map(([value, known]) => opaqueNumber(value, known)),
    mask === undefined ? [] : mask.code,
    [isOneRow ? get(0) : [get(0), get(vectors), op.i32RemU], set(vector)],
    [isOneRow ? i32Const(0) : [get(0), get(vectors), op.i32DivU], set(row)],
    [get(1), get(0), op.i32Sub, set(left)],
    whileLoop([i32Const(0), get(left), op.i32LtU], [
      [minimum([get(vector), get(left), op.i32Add], get(vectors)), set(stop)],
      [get(left), get(stop), get(vector), op.i32Sub, op.i32Sub, set(left)],
      [get(vector), bytesOf, set(at), get(stop), bytesOf, set(stop)],
      [isMasked ? minimum(get(stop), lastVector) : get(stop), set(pairStop)],
      [everyRow, loops],
      [i32Const(0), set(vector), get(row), i32Const(1), op.i32Add, set(row)],
    ]),
  ];
  return assemble({
    name,
    parameters: strides + layout.operands.length * layout.rows.length,
    locals: frame.locals,
    body,
  });
}

/** Bytes of the number of vectors on the stack. */
const bytesOf: Code = [i32Const(4), op.i32Shl];

function minimum(a: Code, b: Code): Code {
  return [a, b, a, b, op.i32LtU, op.select];
}

/** Sets where the operands and the result are in this row. */
function placesCode({ layout: { rows, operands }, sizes, strides, vectors, row, bases, local }: Frame): Code {
  const indices = rows.map(() => local(I32)), [first, ...inner] = indices, code: Code[] = [];
  if (first !== undefined) code.push(get(row), set(first));
  for (let axis = inner.length - 1; axis >= 0; axis--) {
    const size = get(sizes + axis);
    code.push(get(first!), size, op.i32RemU, set(inner[axis]!), get(first!), size, op.i32DivU, set(first!));
  }
  operands.forEach((_operand, i) => {
    const offsets = indices.map((index, axis) => [
      [get(index), get(strides + i * rows.length + axis), op.i32Mul, i32Const(2), op.i32Shl, op.i32Add],
    ]);
    code.push(get(2 + i), offsets, set(bases[i]!));
  });
  const result = operands.length;
  return [code, get(2 + result), get(row), get(vectors), op.i32Mul, bytesOf, op.i32Add, set(bases[result]!)];
}

/** Computes what has one value in this row; `splats` gets what leaves it four times. */
function perRowCode(frame: Frame, splats: Map<Expr, Known>): Code {
  const { root, layout: { operands }, bases, local } = frame,
    known = new Map<Expr, Known>(),
    code: Code[] = [];
  const isFull = (input: number) => operands[input]!.isFull;
  const keep = (part: Expr, value: Code) => {
    const scalar = local(F32), splat = { code: [get(scalar), op.splat], isMask: false };
    code.push(value, set(scalar));
    splats.set(part, splat);
    return splat;
  };
  for (const part of partsOf(root)) {
    if (part.kind !== "input" || isFull(part.value)) continue;
    known.set(part, keep(part, [get(bases[part.value]!), op.f32Load]));
  }
  for (const part of rowParts(root, isFull)) {
    if (!splats.has(part)) keep(part, [valueCode(frame, part, known), op.firstLane]);
  }
  return code;
}

/** The value of the vector that is `offset` bytes behind the addresses. */
function vectorCode(frame: Frame, splats: ReadonlyMap<Expr, Known>, offset: number): Code {
  const known = new Map(splats), loads: Code[] = [];
  for (const part of partsOf(frame.root)) {
    if (part.kind !== "input" || known.has(part)) continue;
    const loaded = frame.local(V128);
    loads.push(get(frame.addresses[part.value]!), op.load(offset), set(loaded));
    known.set(part, { code: get(loaded), isMask: false });
  }
  return [loads, valueCode(frame, frame.root, known)];
}

/** Goes through the row from `at`: pairs of vectors up to `pairStop`, then one after another to `stop`. */
function loopsCode(
  frame: Frame,
  splats: ReadonlyMap<Expr, Known>,
  stop: number,
  pairStop: number,
  mask: Mask | undefined,
): Code {
  const { at, bases, addresses, vectors, local } = frame, low = local(V128), high = local(V128);
  // An engine takes two accesses for neighbours where their address is the same local.
  const locate = bases.map((base, i) => [get(base), get(at), op.i32Add, set(addresses[i]!)]);
  const address = get(addresses.at(-1)!);
  const advance = (bytes: number): Code => [get(at), i32Const(bytes), op.i32Add, set(at)];
  const isLast: Code = [get(at), i32Const(16), op.i32Add, get(vectors), bytesOf, op.i32Eq];
  const clear: Code = mask === undefined ? [] : [get(mask.real), get(mask.all), isLast, op.select, op.and];
  return [
    whileLoop([get(at), i32Const(32), op.i32Add, get(pairStop), op.i32LeU], [
      [locate, vectorCode(frame, splats, 0), set(low), vectorCode(frame, splats, 16), set(high)],
      [address, get(low), op.store(0), address, get(high), op.store(16), advance(32)],
    ]),
    whileLoop([get(at), get(stop), op.i32LtU], [
      [locate, address, vectorCode(frame, splats, 0), clear, op.store(0), advance(16)],
    ]),
  ];
}

/** Locals with all bits for the columns of a row's last vector, and with all bits. */
interface Mask {
  readonly real: number;
  readonly all: number;
  /** Code that sets them. */
  readonly code: Code;
}

function maskLocals({ vectors, columns, local }: Frame): Mask {
  const real = local(V128), all = local(V128);
  const before = [get(vectors), i32Const(1), op.i32Sub, i32Const(2), op.i32Shl];
  const code = [
    [op.lanes(0, 1, 2, 3), get(columns), before, op.i32Sub, op.splatI32, op.lessI32, set(real)],
    [op.number(0), op.number(0), op.equal, set(all)],
  ];
  return { real, all, code };
}

/**
 * Sets a local to a number in such a way that an engine does not see which: what it knows for constant it builds anew at
 * each use. Units are below 2³¹, so the sign of the first is 0.
 */
function opaqueNumber(value: number, local: number): Code {
  const [bits] = new Int32Array(Float32Array.of(value).buffer);
  const zero = [get(0), i32Const(31), op.i32ShrU];
  return [zero, i32Const(bits!), op.i32Add, op.asF32, set(local)];
}
