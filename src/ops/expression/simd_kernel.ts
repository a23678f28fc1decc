/**
 * The WASM kernel of an expression: a module whose function is told (begin, end, …operands, result, vectors, columns,
 * …sizes of inner rows, …strides), with the result's vectors as units. It goes through rows, in each takes two vectors at
 * a time, so that an engine can join them, and computes once a row what has one value there. Curves are functions of the
 * library's kernels (kernels/lib/curves.ts).
 */
import { assemble, type Code, F32, I32, op, V128, type ValueType, whileLoop } from "./assembler.ts";
import type { Layout } from "./broadcast.ts";
import type { Expr } from "./expression.ts";
import { partsOf, usesOf } from "./format.ts";
import { isComparison, isCurve } from "./meaning.ts";

/** Numbers that the kernel is told behind its pointers. */
export function kernelArgs({ rows, vectors, columns, operands }: Layout): readonly number[] {
  return [vectors, columns, ...rows.slice(1), ...operands.flatMap(({ strides }) => strides)];
}

/** What a kernel is made of while it is written. */
interface Draft {
  readonly uses: ReadonlyMap<Expr, number>;
  readonly imports: { readonly name: string; readonly vectors: number }[];
  /** A new local of a type. */
  local(type: ValueType): number;
}

/** Code that gives a part which is there already: four values, or four masks of all bits or none. */
interface Known {
  readonly code: Code;
  readonly isMask: boolean;
}

const INSTRUCTIONS: Readonly<Partial<Record<Expr["kind"], Code>>> = {
  neg: op.neg,
  abs: op.abs,
  sqrt: op.sqrt,
  add: op.add,
  sub: op.sub,
  mul: op.mul,
  div: op.div,
  max: op.max,
  min: op.min,
  greater: op.greater,
  greaterEqual: op.greaterEqual,
  equal: op.equal,
  notEqual: op.notEqual,
};

/** Code that leaves the value of a part. What is used again is kept in a local, and noted in `known`. */
function valueCode(draft: Draft, part: Expr, known: Map<Expr, Known>): Code {
  if (part.kind === "number") return op.number(part.value);
  const found = known.get(part) ?? compute(draft, part, known);
  return found.isMask ? [...found.code, ...op.number(1), ...op.and] : found.code;
}

/** Code that leaves masks: where the value is not 0. */
function maskCode(draft: Draft, part: Expr, known: Map<Expr, Known>): Code {
  const found = part.kind === "number" ? undefined : known.get(part) ?? compute(draft, part, known);
  if (found?.isMask) return found.code;
  return [...(found?.code ?? op.number(part.value)), ...op.number(0), ...op.notEqual];
}

function compute(draft: Draft, part: Expr, known: Map<Expr, Known>): Known {
  const code = partCode(draft, part, known), isMask = isComparison(part.kind);
  if ((draft.uses.get(part) ?? 0) < 2) return { code, isMask };
  const local = draft.local(V128);
  known.set(part, { code: op.localGet(local), isMask });
  return { code: [...code, ...op.localTee(local)], isMask };
}

function partCode(draft: Draft, { kind, args }: Expr, known: Map<Expr, Known>): Code {
  const value = (arg: Expr) => valueCode(draft, arg, known);
  if (kind === "where") {
    const [condition, yes, no] = args;
    return [...value(yes!), ...value(no!), ...maskCode(draft, condition!, known), ...op.bitselect];
  }
  if (kind === "sign") {
    const x = draft.local(V128), get = op.localGet(x), zero = op.number(0);
    // What is neither above nor below 0 is 0 or NaN, and stays.
    const below = [...op.number(-1), ...get, ...get, ...zero, ...op.less, ...op.bitselect];
    const keep = [...value(args[0]!), ...op.localSet(x)];
    return [...keep, ...op.number(1), ...below, ...get, ...zero, ...op.greater, ...op.bitselect];
  }
  const code = args.flatMap(value);
  if (!isCurve(kind)) return [...code, ...INSTRUCTIONS[kind]!];
  const name = `curve_${kind}`, { imports } = draft;
  const index = imports.findIndex((one) => one.name === name);
  return [...code, ...op.call(index >= 0 ? index : imports.push({ name, vectors: args.length }) - 1)];
}

/** Parts that have one value a row and are needed in every vector, with what they are made of before them. */
function rowParts(root: Expr, isFull: (input: number) => boolean): readonly Expr[] {
  const varies = new Set<Expr>(), parts = partsOf(root);
  for (const part of parts) {
    const own = part.kind === "input" ? isFull(part.value) : part.args.some((arg) => varies.has(arg));
    if (own) varies.add(part);
  }
  const wanted = new Set(parts.filter((part) => varies.has(part)).flatMap(({ args }) => args).concat(root));
  return parts.filter((part) => wanted.has(part) && !varies.has(part) && part.kind !== "number");
}

/** The bytes of the kernel, exported by `name`. `isMasked`: pads would not stay zero by themselves. */
export function kernelBytes(
  name: string,
  root: Expr,
  { rows, operands }: Layout,
  isMasked: boolean,
): Uint8Array<ArrayBuffer> {
  const axes = rows.length, count = operands.length, result = 2 + count;
  const vectors = result + 1,
    columns = vectors + 1,
    sizes = columns + 1,
    strides = sizes + Math.max(0, axes - 1);
  const parameters = strides + count * axes, locals: ValueType[] = [];
  const local = (type: ValueType) => parameters + locals.push(type) - 1;
  const draft: Draft = { uses: usesOf(partsOf(root)), imports: [], local };
  const get = op.localGet, set = op.localSet;

  const [row, vector, left, at, stop, pairStop] = Array.from({ length: 6 }, () => local(I32)) as Six;
  const bases = operands.map(() => local(I32)), base = local(I32), indices = rows.map(() => local(I32));
  const scalars = operands.map(({ isFull }) => isFull ? -1 : local(F32));
  const mask = local(V128), all = local(V128), low = local(V128), high = local(V128);

  /** Where the operands and the result are in this row. */
  const places: Code = [
    ...indexCode(row, indices, sizes),
    ...operands.flatMap((_operand, i) => [
      ...get(2 + i),
      ...indices.flatMap((index, axis) => [
        ...[...get(index), ...get(strides + i * axes + axis), ...op.i32Mul],
        ...[...op.i32Const(2), ...op.i32Shl, ...op.i32Add],
      ]),
      ...set(bases[i]!),
    ]),
    ...[
      ...get(result),
      ...get(row),
      ...get(vectors),
      ...op.i32Mul,
      ...op.i32Const(4),
      ...op.i32Shl,
      ...op.i32Add,
    ],
    ...set(base),
  ];

  const onceARow = new Map<Expr, Known>(), splats = new Map<Expr, Known>(), perRow: number[] = [];
  for (const part of partsOf(root)) {
    if (part.kind !== "input" || operands[part.value]!.isFull) continue;
    const scalar = scalars[part.value]!;
    perRow.push(...get(bases[part.value]!), ...op.f32Load, ...set(scalar));
    const known: Known = { code: [...get(scalar), ...op.splat], isMask: false };
    onceARow.set(part, known);
    splats.set(part, known);
  }
  for (const part of rowParts(root, (input) => operands[input]!.isFull)) {
    if (splats.has(part)) continue;
    const scalar = local(F32);
    perRow.push(...valueCode(draft, part, onceARow), ...op.firstLane, ...set(scalar));
    splats.set(part, { code: [...get(scalar), ...op.splat], isMask: false });
  }

  /** The value of the vector at `at` and `offset` bytes. */
  const vectorCode = (offset: number): Code => {
    const known = new Map(splats), loads: number[] = [];
    for (const part of partsOf(root)) {
      if (part.kind !== "input" || known.has(part)) continue;
      const loaded = local(V128);
      loads.push(...get(bases[part.value]!), ...get(at), ...op.i32Add, ...op.load(offset), ...set(loaded));
      known.set(part, { code: get(loaded), isMask: false });
    }
    return [...loads, ...valueCode(draft, root, known)];
  };
  const address: Code = [...get(base), ...get(at), ...op.i32Add];
  const advance = (bytes: number): Code => [...get(at), ...op.i32Const(bytes), ...op.i32Add, ...set(at)];
  const vectorBytes: Code = [...get(vectors), ...op.i32Const(4), ...op.i32Shl];
  const pairs = whileLoop([...get(at), ...op.i32Const(32), ...op.i32Add, ...get(pairStop), ...op.i32LeU], [
    ...[...vectorCode(0), ...set(low), ...vectorCode(16), ...set(high)],
    ...[...address, ...get(low), ...op.store(0), ...address, ...get(high), ...op.store(16)],
    ...advance(32),
  ]);
  const isLast: Code = [...get(at), ...op.i32Const(16), ...op.i32Add, ...vectorBytes, ...op.i32Eq];
  const cleared: Code = isMasked ? [...get(mask), ...get(all), ...isLast, ...op.select, ...op.and] : [];
  const singles = whileLoop([...get(at), ...get(stop), ...op.i32LtU], [
    ...[...address, ...vectorCode(0), ...cleared, ...op.store(0)],
    ...advance(16),
  ]);

  const zero = op.i32Const(0),
    minimum = (a: Code, b: Code): Code => [...a, ...b, ...a, ...b, ...op.i32LtU, ...op.select];
  const body: Code = [
    ...(axes === 0 ? get(0) : [...get(0), ...get(vectors), ...op.i32RemU]),
    ...set(vector),
    ...(axes === 0 ? zero : [...get(0), ...get(vectors), ...op.i32DivU]),
    ...set(row),
    ...[...get(1), ...get(0), ...op.i32Sub, ...set(left)],
    ...(isMasked ? maskCodes(vectors, columns, mask, all) : []),
    ...whileLoop([...zero, ...get(left), ...op.i32LtU], [
      ...minimum([...get(vector), ...get(left), ...op.i32Add], get(vectors)),
      ...set(stop),
      ...[...get(left), ...get(stop), ...get(vector), ...op.i32Sub, ...op.i32Sub, ...set(left)],
      ...[...get(vector), ...op.i32Const(4), ...op.i32Shl, ...set(at)],
      ...[...get(stop), ...op.i32Const(4), ...op.i32Shl, ...set(stop)],
      ...(isMasked ? minimum(get(stop), [...vectorBytes, ...op.i32Const(16), ...op.i32Sub]) : get(stop)),
      ...set(pairStop),
      ...places,
      ...perRow,
      ...pairs,
      ...singles,
      ...[...zero, ...set(vector), ...get(row), ...op.i32Const(1), ...op.i32Add, ...set(row)],
    ]),
  ];
  return assemble({ name, imports: draft.imports, parameters, locals, body });
}

type Six = [number, number, number, number, number, number];

/** Where the row is along each axis: sizes of the inner axes are parameters from `sizes` on. */
function indexCode(row: number, indices: readonly number[], sizes: number): Code {
  const [first, ...inner] = indices;
  if (first === undefined) return [];
  const code: number[] = [...op.localGet(row), ...op.localSet(first)];
  for (let axis = inner.length - 1; axis >= 0; axis--) {
    const size = op.localGet(sizes + axis);
    code.push(...op.localGet(first), ...size, ...op.i32RemU, ...op.localSet(inner[axis]!));
    code.push(...op.localGet(first), ...size, ...op.i32DivU, ...op.localSet(first));
  }
  return code;
}

/** Sets `mask` to all bits for the columns of a row's last vector, and `all` to all bits. */
function maskCodes(vectors: number, columns: number, mask: number, all: number): Code {
  const { localGet: get, localSet: set } = op;
  const real = [
    ...get(columns),
    ...get(vectors),
    ...op.i32Const(1),
    ...op.i32Sub,
    ...op.i32Const(2),
    ...op.i32Shl,
  ];
  return [
    ...[...op.whole([0, 1, 2, 3]), ...real, ...op.i32Sub, ...op.splatI32, ...op.lessI32, ...set(mask)],
    ...[...op.number(0), ...op.number(0), ...op.equal, ...set(all)],
  ];
}
