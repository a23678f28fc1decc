/** The WGSL text of an expression over operands in a layout. Sizes are `override`s: one text serves many shapes. */
import { unreachable } from "../../core/errors.ts";
import type { Expr } from "./expression.ts";
import type { Layout } from "./broadcast.ts";
import { formatExpression, INPUT_NAMES, partsOf } from "./format.ts";
import { type Comparison, isComparison } from "./meaning.ts";
import { shaderFunction, shaderFunctions } from "./shader_functions.ts";

const INFIX = { add: "+", sub: "-", mul: "*", div: "/" } as const;

/** A number as WGSL writes it: `1e-7` and `2f` are floats, `2` is not. */
function literal(value: number): string {
  return `${Math.fround(value)}f`;
}

/** A comparison. NaN differs from everything: the language's != may say that it does not, and x == x that it is equal. */
function conditionOf(kind: Comparison, a: string, b: string): string {
  switch (kind) {
    case "greater":
      return `${a} > ${b}`;
    case "greaterEqual":
      return `${a} >= ${b}`;
    case "equal":
      return a === b ? `!is_nan(${a})` : `${a} == ${b}`;
    case "notEqual":
      return a === b ? `is_nan(${a})` : `!(${a} == ${b})`;
    default:
      return unreachable(kind);
  }
}

/** The right side of the statement that computes a part from the names of its arguments. */
function rightSide(part: Expr, args: readonly string[]): string {
  const [a, b, c] = args, { kind, value } = part;
  if (kind === "number") return `vec4f(${literal(value)})`;
  // By its bits: NaN is not 0, whatever a compiler makes of a comparison with it.
  if (kind === "where") return `select(${c}, ${b}, (bitcast<vec4u>(${a}) << vec4u(1)) != vec4u())`;
  if (kind === "neg") return `-${a}`;
  if (kind in INFIX) return `${a} ${INFIX[kind as keyof typeof INFIX]} ${b}`;
  return `${shaderFunction(part) ?? kind}(${args.join(", ")})`;
}

/** Statements that compute the parts, and the name of the last. */
function statements(root: Expr): { readonly lines: readonly string[]; readonly result: string } {
  const parts = partsOf(root), names = new Map<Expr, string>(), lines: string[] = [];
  for (const part of parts) {
    const args = part.args.map((arg) => names.get(arg)!), name = `t${lines.length}`;
    if (part.kind === "input") {
      names.set(part, INPUT_NAMES[part.value]!);
      continue;
    }
    names.set(part, name);
    if (isComparison(part.kind)) {
      lines.push(`let ${name} = select(vec4f(), vec4f(1), ${conditionOf(part.kind, args[0]!, args[1]!)});`);
      continue;
    }
    lines.push(`let ${name} = ${rightSide(part, args)};`);
  }
  return { lines, result: names.get(root)! };
}

/** Values of the `override`s of a shader for a layout. */
export function shaderOverrides(
  { rows, vectors, columns, operands }: Layout,
): Readonly<Record<string, number>> {
  const sizes = rows.slice(1).map((size, i) => [`ROWS_${i + 1}`, size]);
  const strides = operands.flatMap(({ isFull, strides }, i) =>
    strides.map((stride, axis) => [`STRIDE_${INPUT_NAMES[i]}_${axis}`, isFull ? stride / 4 : stride])
  );
  return Object.fromEntries([
    ["VECTORS", vectors],
    ["COUNT", vectors * rows.reduce((product, size) => product * size, 1)],
    ["COLUMNS", columns],
    ...sizes,
    ...strides,
  ]);
}

/** Whether an operand lies as the result does, so that a vector of it is at the same place. */
function isDirect({ isFull, strides }: Layout["operands"][number], { rows, vectors }: Layout): boolean {
  const below = (axis: number) => rows.slice(axis + 1).reduce((product, size) => product * size, vectors);
  return isFull && strides.every((stride, axis) => stride === 4 * below(axis));
}

/** Where an operand is in a row: in vectors or, of one value a row, in values. */
function offsetOf(name: string, axes: number): string {
  const terms = Array.from({ length: axes }, (_, axis) => `row_${axis} * STRIDE_${name}_${axis}`);
  return terms.join(" + ") || "0u";
}

/** The shader: one 4-lane vector a thread, 256 threads a workgroup; a thread strides on where the grid is clamped. */
export function shaderText(root: Expr, layout: Layout, isMasked: boolean): string {
  const { rows, operands } = layout, { lines, result } = statements(root);
  const functions = partsOf(root).flatMap((part) => shaderFunction(part) ?? []);
  const names = operands.map((_operand, i) => INPUT_NAMES[i]!);
  const indices = rows.map((_size, axis) => {
    const inner = rows.slice(axis + 1).map((_, i) => ` / ROWS_${axis + 1 + i}`).join("");
    return `let row_${axis} = row${inner}${axis === 0 ? "" : ` % ROWS_${axis}`};`;
  });
  const loads = operands.map((operand, i) => {
    if (isDirect(operand, layout)) return `let ${names[i]} = in_${names[i]}[at];`;
    const { isFull, strides } = operand, offset = offsetOf(names[i]!, strides.length);
    return isFull
      ? `let ${names[i]} = in_${names[i]}[${offset} + vector];`
      : `let ${names[i]} = vec4f(in_${names[i]}[${offset}]);`;
  });
  const body = [
    "let row = at / VECTORS;",
    "let vector = at % VECTORS;",
    ...indices,
    ...loads,
    ...lines,
    isMasked
      ? `result[at] = select(${result}, vec4f(), vec4u(4u * vector) + vec4u(0, 1, 2, 3) >= vec4u(COLUMNS));`
      : `result[at] = ${result};`,
  ];
  return [
    `// map: ${formatExpression(root)}`,
    ...Object.keys(shaderOverrides(layout)).map((name) => `override ${name}: u32;`),
    ...operands.map(({ isFull }, i) =>
      `@group(0) @binding(${i}) var<storage, read> in_${names[i]}: array<${isFull ? "vec4f" : "f32"}>;`
    ),
    `@group(0) @binding(${operands.length}) var<storage, read_write> result: array<vec4f>;`,
    ...shaderFunctions(functions),
    "@compute @workgroup_size(256)",
    "fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {",
    "  for (var at = id.x; at < COUNT; at += groups.x * 256u) {",
    ...body.map((line) => `    ${line}`),
    "  }",
    "}",
    "",
  ].join("\n");
}
