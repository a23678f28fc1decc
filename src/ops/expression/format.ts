/**
 * Expressions as text, as they stand in a plan: `t = a - b; t * t + 1`. Inputs are a, b, c …; what is used more than once
 * has a name. Reading the text gives the same expression again, in which no two parts are alike.
 */
import { type Expr, type ExprKind, makeExpr } from "./expression.ts";
import { isBinary, isUnary } from "./meaning.ts";

/** Names of inputs. */
export const INPUT_NAMES = ["a", "b", "c", "d", "e", "f", "g"] as const;

/** Operators with how tightly they bind. */
const OPERATORS: Readonly<Partial<Record<ExprKind, readonly [sign: string, binds: number]>>> = {
  greater: [">", 1],
  greaterEqual: [">=", 1],
  equal: ["==", 1],
  notEqual: ["!=", 1],
  add: ["+", 2],
  sub: ["-", 2],
  mul: ["*", 3],
  div: ["/", 3],
};
const NEG_BINDS = 4;
const KIND_OF = new Map(Object.entries(OPERATORS).map(([kind, [sign]]) => [sign, kind as ExprKind]));

/** All parts, arguments before what uses them, each once. */
export function partsOf(root: Expr): readonly Expr[] {
  const order: Expr[] = [], seen = new Set<Expr>();
  const stack = [{ part: root, next: 0 }];
  while (stack.length > 0) {
    const top = stack.at(-1)!, arg = top.part.args[top.next++];
    if (seen.has(top.part)) stack.pop();
    else if (arg === undefined) {
      seen.add(top.part);
      order.push(top.part);
      stack.pop();
    } else if (!seen.has(arg)) stack.push({ part: arg, next: 0 });
  }
  return order;
}

/** How often each part is used by others. */
export function usesOf(parts: readonly Expr[]): ReadonlyMap<Expr, number> {
  const uses = new Map<Expr, number>();
  for (const { args } of parts) for (const arg of args) uses.set(arg, (uses.get(arg) ?? 0) + 1);
  return uses;
}

/** Makes each part at most once: what is alike is the same. */
function sharer(): (kind: ExprKind, args: readonly Expr[], value: number) => Expr {
  const known = new Map<string, Expr>(), ids = new Map<Expr, number>();
  return (kind, args, value) => {
    const key = `${kind} ${args.map((arg) => ids.get(arg)).join(" ")} ${value}`;
    const found = known.get(key) ?? makeExpr(kind, args, value);
    if (!known.has(key)) ids.set(found, known.size);
    known.set(key, found);
    return found;
  };
}

/** The same expression in which no two parts are alike. */
export function shareParts(root: Expr): Expr {
  const share = sharer(), shared = new Map<Expr, Expr>();
  for (const part of partsOf(root)) {
    shared.set(part, share(part.kind, part.args.map((arg) => shared.get(arg)!), part.value));
  }
  return shared.get(root)!;
}

/** The text of an expression. */
export function formatExpression(expression: Expr): string {
  const root = shareParts(expression), parts = partsOf(root), uses = usesOf(parts);
  const texts = new Map<Expr, readonly [text: string, binds: number]>(), named: string[] = [];
  const inside = (part: Expr, least: number) => {
    const [text, binds] = texts.get(part)!;
    return binds < least ? `(${text})` : text;
  };
  for (const part of parts) {
    const made = textOf(part, inside);
    if (part.args.length === 0 || uses.get(part)! < 2 || part === root) texts.set(part, made);
    else {
      const name = `t${named.length + 1}`;
      named.push(`${name} = ${made[0]}; `);
      texts.set(part, [name, Infinity]);
    }
  }
  return named.join("") + texts.get(root)![0];
}

function textOf(
  { kind, args, value }: Expr,
  inside: (part: Expr, least: number) => string,
): readonly [text: string, binds: number] {
  if (kind === "input") return [INPUT_NAMES[value]!, Infinity];
  if (kind === "number") return [String(value), value < 0 ? NEG_BINDS : Infinity];
  if (kind === "neg") return [`-${inside(args[0]!, NEG_BINDS + 1)}`, NEG_BINDS];
  const operator = OPERATORS[kind];
  if (operator === undefined) return [`${kind}(${args.map((arg) => inside(arg, 0)).join(", ")})`, Infinity];
  const [sign, binds] = operator;
  return [`${inside(args[0]!, binds)} ${sign} ${inside(args[1]!, binds + 1)}`, binds];
}

/** The expression of a text that `formatExpression` made. */
export function parseExpression(text: string): Expr {
  const tokens = text.match(/\d+(\.\d+)?(e[+-]?\d+)?|\w+|[><=!]=|\S/g) ?? [];
  const share = sharer(), named = new Map<string, Expr>();
  let at = 0;
  const take = (token: string) => tokens[at] === token && ++at > 0;
  const expect = (token: string) => {
    if (!take(token)) throw new Error(`"${text}" is no expression: "${token}" is missing at "${tokens[at]}"`);
  };
  const chain = (least: number): Expr => {
    let left = single();
    for (;;) {
      const kind = KIND_OF.get(tokens[at] ?? ""), binds = kind === undefined ? 0 : OPERATORS[kind]![1];
      if (kind === undefined || binds < least) return left;
      at++;
      left = share(kind, [left, chain(binds + 1)], 0);
    }
  };
  const single = (): Expr => {
    const token = tokens[at++] ?? "";
    if (token === "(") {
      const part = chain(1);
      expect(")");
      return part;
    }
    if (token === "-") {
      const of = single();
      return of.kind === "number" ? share("number", [], -of.value) : share("neg", [of], 0);
    }
    if (/^\d/.test(token)) return share("number", [], Number(token));
    if (take("(")) {
      if (!isUnary(token) && !isBinary(token) && token !== "where") throw new Error(`There is no "${token}"`);
      const args = [chain(1)];
      while (take(",")) args.push(chain(1));
      expect(")");
      return share(token, args, 0);
    }
    const input = (INPUT_NAMES as readonly string[]).indexOf(token);
    const found = input >= 0 ? share("input", [], input) : named.get(token);
    if (found === undefined) throw new Error(`"${text}" is no expression: "${token}" has no meaning`);
    return found;
  };
  while (tokens[at + 1] === "=") {
    const name = tokens[at]!;
    at += 2;
    named.set(name, chain(1));
    expect(";");
  }
  return chain(1);
}
