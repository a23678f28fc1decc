/** Code of an expression's parts: each once, and in a local where it is used again. */
import { type Code, op, V128 } from "./assembler.ts";
import { type CodeContext, CURVE_CODE } from "./curve_code.ts";
import type { Expr } from "./expression.ts";
import { partsOf } from "./format.ts";
import { isComparison, isCurve } from "./meaning.ts";

/** What a kernel is made of while it is written. */
export interface Draft extends CodeContext {
  readonly uses: ReadonlyMap<Expr, number>;
}

/** Code that gives a part which is there already: four values, or four masks of all bits or none. */
export interface Known {
  readonly code: Code;
  readonly isMask: boolean;
}

const INSTRUCTIONS: Readonly<Partial<Record<Expr["kind"], Code>>> = {
  neg: op.neg,
  abs: op.abs,
  sqrt: op.sqrt,
  floor: op.floor,
  ceil: op.ceil,
  round: op.nearest,
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
export function valueCode(draft: Draft, part: Expr, known: Map<Expr, Known>): Code {
  if (part.kind === "number") return draft.number(part.value);
  const found = known.get(part) ?? compute(draft, part, known);
  return found.isMask ? [found.code, draft.number(1), op.and] : found.code;
}

/** Code that leaves masks: where the value is not 0. */
function maskCode(draft: Draft, part: Expr, known: Map<Expr, Known>): Code {
  const found = part.kind === "number" ? undefined : known.get(part) ?? compute(draft, part, known);
  if (found?.isMask) return found.code;
  return [found?.code ?? draft.number(part.value), draft.number(0), op.notEqual];
}

function compute(draft: Draft, part: Expr, known: Map<Expr, Known>): Known {
  const code = partCode(draft, part, known), isMask = isComparison(part.kind);
  if ((draft.uses.get(part) ?? 0) < 2) return { code, isMask };
  const local = draft.local(V128);
  known.set(part, { code: op.localGet(local), isMask });
  return { code: [code, op.localTee(local)], isMask };
}

function partCode(draft: Draft, { kind, args }: Expr, known: Map<Expr, Known>): Code {
  const value = (arg: Expr) => valueCode(draft, arg, known);
  if (kind === "where") {
    const [condition, yes, no] = args;
    return [value(yes!), value(no!), maskCode(draft, condition!, known), op.bitselect];
  }
  if (kind === "sign") {
    const x = draft.local(V128), get = op.localGet(x), zero = draft.number(0);
    // What is neither above nor below 0 is 0 or NaN, and stays.
    const below = [draft.number(-1), get, get, zero, op.less, op.bitselect];
    const keep = [value(args[0]!), op.localSet(x)];
    return [keep, draft.number(1), below, get, zero, op.greater, op.bitselect];
  }
  return [args.map(value), isCurve(kind) ? CURVE_CODE[kind](draft) : INSTRUCTIONS[kind]!];
}

/** Parts that have one value a row and are needed in every vector, with what they are made of before them. */
export function rowParts(root: Expr, isFull: (input: number) => boolean): readonly Expr[] {
  const varies = new Set<Expr>(), parts = partsOf(root);
  for (const part of parts) {
    const own = part.kind === "input" ? isFull(part.value) : part.args.some((arg) => varies.has(arg));
    if (own) varies.add(part);
  }
  const wanted = new Set(parts.filter((part) => varies.has(part)).flatMap(({ args }) => args).concat(root));
  return parts.filter((part) => wanted.has(part) && !varies.has(part) && part.kind !== "number");
}
