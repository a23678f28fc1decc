/**
 * Several kernels as one shader: units side by side, each with workgroups of its own, or as a chain, one kernel
 * after another within one workgroup; and elementwise kernels at the end of the one whose result they go over,
 * vector by vector as it is stored. The kernels' own text runs, so the numbers are the same bits.
 */
import { assigned, closing, type WgslDeclaration, type WgslModule } from "./wgsl_module.ts";

/** A kernel of a merged shader. */
export interface MergedKernel {
  readonly module: WgslModule;
  /** Where each of its storage arrays lies. */
  readonly places: readonly MergedPlace[];
  /** It is one workgroup by itself. */
  readonly isSingle: boolean;
  /** Elementwise kernels that go over its result. */
  readonly after: readonly MergedKernel[];
}

/** A kernel, then those after it: the order in which kernels are numbered. */
export function withAfter(kernel: MergedKernel): readonly MergedKernel[] {
  return [kernel, ...kernel.after.flatMap(withAfter)];
}

/** A place in a buffer that the kernels share. */
export interface MergedPlace {
  /** Position among the merged shader's bindings. */
  readonly binding: number;
  /** Bytes of the buffer before it. */
  readonly offset: number;
  readonly writes: boolean;
}

/** Element types of the bindings; `undefined` when two kernels see a buffer in ways that do not go together. */
export function bindingTypes(kernels: readonly MergedKernel[]): readonly string[] | undefined {
  const uses = new Map<number, { readonly element: string; readonly writes: boolean }[]>();
  for (const { module, places } of kernels) {
    places.forEach(({ binding, writes }, i) => {
      uses.set(binding, [...uses.get(binding) ?? [], { element: module.storage[i]!.element, writes }]);
    });
  }
  const types: string[] = [];
  for (const [binding, all] of uses) {
    const elements = new Set(all.map(({ element }) => element));
    if (elements.size === 1) types[binding] = all[0]!.element;
    else if (![...elements].every((element) => element === "f32" || element === "vec4f")) return undefined;
    // One element of a vector cannot be written while another thread writes its neighbour.
    else types[binding] = all.some(({ element, writes }) => writes && element === "f32") ? "f32" : "vec4f";
  }
  return types;
}

/**
 * The text. Overrides are the kernels' with `k0_`, `k1_`, … in front, `k0_at2` for where array 2 of kernel 0 begins in
 * its binding (in elements), `k0_grid_x` and so on for its grid, and `end0`, … for the first workgroup after each unit.
 */
export function mergeWgsl(units: readonly (readonly MergedKernel[])[]): string {
  const kernels = units.flat().flatMap(withAfter), types = bindingTypes(kernels)!;
  const written = new Set(
    kernels.flatMap(({ places }) => places.filter((one) => one.writes)).map((one) => one.binding),
  );
  const parts: string[] = types.map((type, binding) =>
    `@group(0) @binding(${binding}) var<storage, ${written.has(binding) ? "read_write" : "read"}> ` +
    `b${binding}: array<${type}>;`
  );
  const stepped = kernels.find(({ module }) => module.step !== undefined)?.module;
  if (stepped) {
    parts.push(`@group(0) @binding(${types.length}) var<uniform> step: Step;`);
    parts.push(stepped.declarations.find(({ name }) => name === stepped.step!.type)!.tokens.join(""));
  }
  const shared = new Map<string, { readonly element: string; readonly length: number }>();
  for (const one of kernels.flatMap(({ module }) => sharedNames(module))) {
    const length = Math.max(one.length, shared.get(one.merged)?.length ?? 0);
    shared.set(one.merged, { element: one.element, length });
  }
  for (const [name, { element, length }] of shared) {
    parts.push(`var<workgroup> ${name}: array<${element}, ${length}>;`);
  }
  kernels.forEach((kernel, k) => parts.push(renamed(kernel, k, { types, kernels })));
  types.forEach((type, binding) => {
    if (type === "f32") parts.push(accessors(binding, written.has(binding)));
  });
  units.forEach((_unit, u) => parts.push(`override end${u}: u32;`));
  return [...parts, entryPoint(units)].join("\n\n") + "\n";
}

/** Arrays of one kernel stay apart, arrays of several kernels lie on each other: `shared_vec4f_0`. */
function sharedNames({ shared }: WgslModule) {
  return shared.map(({ name, element, length }, i) => {
    const before = shared.slice(0, i).filter((other) => other.element === element).length;
    return { name, element, length, merged: `shared_${element.replace(/\W+/g, "_")}_${before}` };
  });
}

/** A vector of an array of numbers: where another kernel of the shader writes its elements one by one. */
function accessors(binding: number, isWritten: boolean): string {
  const b = `b${binding}`, at = [0, 1, 2, 3].map((lane) => `${b}[4u * i + ${lane}u]`);
  const read = `fn read_${b}(i: u32) -> vec4f {\n  return vec4f(${at.join(", ")});\n}`;
  if (!isWritten) return read;
  const stores = at.map((place, lane) => `  ${place} = value[${lane}];`).join("\n");
  return `${read}\n\nfn write_${b}(i: u32, value: vec4f) {\n${stores}\n}`;
}

interface Around {
  readonly types: readonly string[];
  readonly kernels: readonly MergedKernel[];
}

/** The kernel's declarations under names of its own. */
function renamed(kernel: MergedKernel, k: number, around: Around): string {
  const { module, places } = kernel, { types, kernels } = around;
  const host = kernels.find(({ after }) => after.includes(kernel));
  const handed = host && outputOf(host);
  const own = new Set(module.declarations.map(({ name }) => name));
  const shared = new Map(sharedNames(module).map(({ name, merged }) => [name, merged]));
  const arrays = new Map(module.storage.map(({ name, element }, i) => [name, { element, ...places[i]!, i }]));
  const rename = (tokens: readonly string[], scope: Pick<WgslDeclaration, "kind" | "parameters">): string => {
    let text = "";
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!, next = tokens[i + 1], isOwn = !scope.parameters.includes(token);
      const isMember = text.endsWith(".") || (scope.kind === "struct" && next === ":");
      const array = arrays.get(token);
      if (isMember) text += token;
      else if (array !== undefined && next === "[" && isOwn) {
        const close = closing(tokens, i + 1), value = assigned(tokens, close);
        const index = rename(tokens.slice(i + 2, close), scope);
        const type = types[array.binding]!, split = type === "f32" && array.element === "vec4f";
        const at = (index: string) => array.offset === 0 ? index : `k${k}_at${array.i} + u32(${index})`;
        const isHanded = handed !== undefined && array.binding === handed.binding &&
          array.offset === handed.offset;
        if (isHanded && !array.writes) {
          text += "handed";
          i = close;
        } else if (value !== undefined && (split || (kernel.after.length > 0 && array.writes))) {
          const stored = rename(tokens.slice(value.from, value.to), scope).trim();
          const store = (at: string, value: string) =>
            split
              ? `write_b${array.binding}(u32(${at}), ${value});`
              : `${element(array.binding, at, array.element, type)} = ${value};`;
          text += kernel.after.length === 0 ? store(at(index), stored) : `{
    let stored_at = u32(${index});
    let stored = ${stored};
    ${store(at("stored_at"), "stored")}
${kernel.after.map((one) => `    k${kernels.indexOf(one)}_each(stored_at, stored);`).join("\n")}
  }`;
          i = value.to;
        } else {
          text += element(array.binding, at(index), array.element, type);
          i = close;
        }
      } else if (token === module.step?.name && isOwn) text += "step";
      else if (token === module.step?.type) text += token;
      else if (shared.has(token) && isOwn) text += shared.get(token);
      else text += own.has(token) ? `k${k}_${token}` : token;
    }
    return text;
  };
  const offsets = module.storage.flatMap((_array, i) =>
    places[i]!.offset === 0 ? [] : [`override k${k}_at${i}: u32;`]
  );
  const declared = module.declarations.filter(({ name }) => name !== module.step?.type);
  if (host === undefined) {
    const grid = ["x", "y", "z"].map((axis) => `override k${k}_grid_${axis}: u32;`);
    return [...offsets, ...grid, ...declared.map((one) => rename(one.tokens, one))].join("\n");
  }
  const { index, before, body } = module.loop!, scope = { kind: "fn", parameters: [] } as const;
  return [
    ...offsets,
    ...declared.filter(({ name }) => name !== "main").map((one) => rename(one.tokens, one)),
    `fn k${k}_each(${index}: u32, handed: vec4f) {${rename(before, scope)}${rename(body, scope)}}`,
  ].join("\n");
}

/** Where a kernel's result lies; of one that has several, the first. */
function outputOf({ places }: MergedKernel): MergedPlace {
  return places.find(({ writes }) => writes)!;
}

/** An element of a binding as the kernel sees it, whose index may have a sign. */
function element(binding: number, at: string, seen: string, type: string): string {
  if (seen === type) return `b${binding}[${at}]`;
  return seen === "vec4f" ? `read_b${binding}(u32(${at}))` : `b${binding}[u32(${at}) / 4u][u32(${at}) % 4u]`;
}

/** Finds the unit of a workgroup, and runs its kernels. */
function entryPoint(units: readonly (readonly MergedKernel[])[]): string {
  let k = 0;
  const branches = units.map((unit, u) => {
    const firsts = unit.map((one) => (k += withAfter(one).length) - withAfter(one).length);
    const from = u === 0 ? "group.x" : `group.x - end${u - 1}`;
    const body = unit.length === 1
      ? alone(unit[0]!, firsts[0]!, from)
      : unit.map((one, i) => inChain(one, firsts[i]!)).join("\n");
    return `if (group.x < end${u}) {\n${body}\n}`;
  });
  return `@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
${branches.join(" else ")}
}`;
}

/** A kernel with as many workgroups as it has by itself. */
function alone(kernel: MergedKernel, k: number, from: string): string {
  return `let w = ${from};\n${call(kernel, k, place(k))}`;
}

/** All of a kernel's workgroups one after another, then a barrier: what it wrote can be read. */
function inChain(kernel: MergedKernel, k: number): string {
  const once = (group: string) => `${call(kernel, k, group)}\nworkgroupBarrier();`;
  if (kernel.isSingle) return `${once("vec3u()")}\nstorageBarrier();`;
  return `for (var w = 0u; w < k${k}_grid_x * k${k}_grid_y * k${k}_grid_z; w++) {
${once(place(k))}
}
storageBarrier();`;
}

/** Workgroup `w` in the kernel's own grid. */
function place(k: number): string {
  const [x, y] = [`k${k}_grid_x`, `k${k}_grid_y`];
  return `vec3u(w % ${x}, w / ${x} % ${y}, w / (${x} * ${y}))`;
}

const BUILTINS: Readonly<Record<string, (k: number, group: string) => string>> = {
  workgroup_id: (_k, group) => group,
  num_workgroups: (k) => `vec3u(k${k}_grid_x, k${k}_grid_y, k${k}_grid_z)`,
  local_invocation_index: () => "t",
  local_invocation_id: () => "vec3u(t, 0u, 0u)",
  global_invocation_id: (_k, group) => `vec3u(256u, 1u, 1u) * ${group} + vec3u(t, 0u, 0u)`,
};

function call({ module }: MergedKernel, k: number, group: string): string {
  return `k${k}_main(${module.builtins.map((name) => BUILTINS[name]!(k, group)).join(", ")});`;
}
