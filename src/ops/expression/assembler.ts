/** A small assembler: the bytes of a WebAssembly module of one function, on a shared memory that it imports. */

/** Types as the format writes them. */
export const I32 = 0x7f, F32 = 0x7d, V128 = 0x7b;
export type ValueType = typeof I32 | typeof F32 | typeof V128;
/** Bytes, and parts that are such; flattened once, at the end. */
export type Code = readonly (number | Code)[];

function flatten(code: Code, into: number[] = []): number[] {
  for (const part of code) {
    if (typeof part === "number") into.push(part);
    else flatten(part, into);
  }
  return into;
}

/** An unsigned whole number, seven bits a byte, the lowest first. */
function unsigned(value: number): readonly number[] {
  const bytes: number[] = [];
  for (let left = value;;) {
    const low = left & 0x7f;
    left >>>= 7;
    if (left === 0) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** The same with a sign. */
function signed(value: number): Code {
  const bytes: number[] = [];
  for (let left = value;;) {
    const low = left & 0x7f;
    left >>= 7;
    if ((left === 0 && (low & 0x40) === 0) || (left === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

function floatBytes(value: number): Code {
  return [...new Uint8Array(Float32Array.of(value).buffer)];
}

const simd = (code: number): Code => [0xfd, ...unsigned(code)];
/** An access at `offset` bytes behind an address, which is a multiple of 2^align. */
const access = (align: number, offset: number): Code => [align, ...unsigned(offset)];

/** Instructions; those without operands are data. */
export const op = {
  localGet: (local: number): Code => [0x20, ...unsigned(local)],
  localSet: (local: number): Code => [0x21, ...unsigned(local)],
  localTee: (local: number): Code => [0x22, ...unsigned(local)],
  i32Const: (value: number): Code => [0x41, ...signed(value)],
  i32Add: [0x6a],
  i32Sub: [0x6b],
  i32Mul: [0x6c],
  i32DivU: [0x6e],
  i32RemU: [0x70],
  i32Shl: [0x74],
  i32ShrU: [0x76],
  /** The same bits as a float32. */
  asF32: [0xbe],
  i32LtU: [0x49],
  i32LeU: [0x4d],
  i32Eq: [0x46],
  select: [0x1b],
  f32Load: [0x2a, ...access(2, 0)],
  load: (offset: number): Code => [...simd(0), ...access(4, offset)],
  store: (offset: number): Code => [...simd(11), ...access(4, offset)],
  /** A vector of four equal float32. */
  number: (value: number): Code => [...simd(12), ...[0, 1, 2, 3].flatMap(() => floatBytes(value))],
  /** A vector of whole numbers of 32 bits: four, or one four times. */
  lanes: (...lanes: readonly number[]): Code => [
    ...simd(12),
    ...new Uint8Array(Uint32Array.from({ length: 4 }, (_, i) => lanes[i % lanes.length]!).buffer),
  ],
  splatI32: simd(17),
  splat: simd(19),
  firstLane: [...simd(31), 0],
  equal: simd(65),
  notEqual: simd(66),
  less: simd(67),
  greater: simd(68),
  greaterEqual: simd(70),
  lessI32: simd(57),
  and: simd(78),
  andNot: simd(79),
  xor: simd(81),
  bitselect: simd(82),
  abs: simd(224),
  neg: simd(225),
  sqrt: simd(227),
  add: simd(228),
  sub: simd(229),
  mul: simd(230),
  div: simd(231),
  min: simd(232),
  max: simd(233),
  pmin: simd(234),
  pmax: simd(235),
  ceil: simd(103),
  floor: simd(104),
  nearest: simd(106),
  toWhole: simd(248),
  shiftLeft: simd(171),
  shiftRight: simd(172),
  addI32: simd(174),
  subI32: simd(177),
  equalI32: simd(55),
  toFloat: simd(250),
  /** a·b + c in one rounding or two, as the processor has it. */
  madd: simd(261),
} as const;

/** `body` as long as `condition`, code that leaves 1 or 0, holds before it. */
export function whileLoop(condition: Code, body: Code): Code {
  // block { loop { br_if out (condition is 0); body; br loop } }
  return [0x02, 0x40, 0x03, 0x40, condition, 0x45, 0x0d, 1, body, 0x0c, 0, 0x0b, 0x0b];
}

/** What a module is made of. */
export interface FunctionModule {
  /** Name that it exports its function by. */
  readonly name: string;
  /** Number of i32 parameters. */
  readonly parameters: number;
  /** Locals behind the parameters. */
  readonly locals: readonly ValueType[];
  readonly body: Code;
}

/** The bytes of the module. It imports the shared memory as `env.memory`. */
export function assemble({ name, parameters, locals, body }: FunctionModule): Uint8Array<ArrayBuffer> {
  const vector = (items: readonly Code[]): Code => [unsigned(items.length), ...items];
  const text = (value: string): Code => vector([...new TextEncoder().encode(value)].map((byte) => [byte]));
  const section = (id: number, content: Code): readonly number[] => {
    const bytes = flatten(content);
    return [id, ...unsigned(bytes.length), ...bytes];
  };
  const type = [0x60, ...vector(new Array<Code>(parameters).fill([I32])), ...vector([])];
  // Shared, of any size that WebAssembly can have.
  const memory = [...text("env"), ...text("memory"), 0x02, 0x03, ...unsigned(1), ...unsigned(65536)];
  const code = flatten([vector(locals.map((local) => [1, local])), body, 0x0b]);
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector([type])),
    ...section(2, vector([memory])),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...text(name), 0x00, 0x00]])),
    ...section(10, vector([[...unsigned(code.length), ...code]])),
  ]);
}
