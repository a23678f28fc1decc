/** Which module of a PyTorch state_dict is which layer's: by name, or by shapes and the order of the numbers in names. */
import { require } from "../core/errors.ts";
import type { Shape } from "../core/tensor.ts";
import { describeTensors, type TorchModule } from "./torch_layout.ts";

/** What a state_dict holds under one name. */
export interface FoundModule {
  /** `features.10`; empty where the state_dict is one module's. */
  readonly prefix: string;
  readonly tensors: readonly { readonly suffix: string; readonly shape: Shape }[];
}

/** The way out of every sentence here. */
const SAY = "say which is whose by the option names, as in";

/**
 * Each module with the name that it has in the file.
 *
 * Throws where a name is none, shapes differ, or the order cannot be told.
 */
export function matchModules(
  modules: readonly TorchModule[],
  found: readonly FoundModule[],
  { names, path }: { readonly names: ReadonlyMap<string, string>; readonly path: string },
): readonly (readonly [TorchModule, string])[] {
  const matched = new Map<TorchModule, string>(), owners = new Map<string, string>();
  for (const module of modules) {
    const prefix = names.get(module.layer);
    if (prefix === undefined) continue;
    const one = found.find((each) => each.prefix === prefix);
    require(
      one !== undefined,
      () =>
        `${path} has no module "${prefix}" for layer "${module.layer}": choose from ${
          listed(found.map(quoted))
        }`,
    );
    require(
      !owners.has(prefix),
      () =>
        `Layers "${
          owners.get(prefix)
        }" and "${module.layer}" both have the name "${prefix}": a module is one layer's`,
    );
    require(
      isSame(module, one),
      () =>
        `${needs(module)}, but "${prefix}" of ${path} has ${describeTensors(one.tensors)}: ${
          changeOr(module)
        }`,
    );
    owners.set(prefix, module.layer);
    matched.set(module, prefix);
  }
  const left = modules.filter((module) => !matched.has(module));
  if (left.length > 0) {
    const free = found.filter(({ prefix }) => !owners.has(prefix));
    for (const [module, prefix] of inOrder(left, free, path)) matched.set(module, prefix);
  }
  return [...matched];
}

/** Layers and modules of the same shapes, in their order. */
function inOrder(
  modules: readonly TorchModule[],
  found: readonly FoundModule[],
  path: string,
): readonly (readonly [TorchModule, string])[] {
  const sorted = found.toSorted((a, b) => compareNames(a.prefix, b.prefix));
  const taken = new Set<FoundModule>(), pairs: (readonly [TorchModule, FoundModule])[] = [];
  for (const module of modules) {
    const one = sorted.find((each) => !taken.has(each) && isSame(module, each));
    if (one === undefined) continue;
    taken.add(one);
    pairs.push([module, one]);
  }
  const lonely = modules.find((module) => pairs.every(([one]) => one !== module));
  const spare = sorted.find((one) => !taken.has(one));
  const counts = modules.length === found.length
    ? ""
    : ` (layers with parameters to find: ${modules.length}, modules in the file: ${found.length})`;
  require(
    lonely === undefined,
    () =>
      `${needs(lonely!)}, but ${
        spare === undefined
          ? `no module of ${path} is left`
          : `${quoted(spare)} of ${path} has ${describeTensors(spare.tensors)}`
      }${counts}: ${changeOr(lonely!, spare)}`,
  );
  require(
    spare === undefined,
    () =>
      `${path} has ${quoted(spare!)} with ${
        describeTensors(spare!.tensors)
      }, which is no layer's${counts}: ${SAY} ` +
      `${example(modules[0]!, sorted[0])} for every layer, and others are passed over`,
  );
  for (const [module, one] of pairs) {
    const rival = sorted.find((each) => isSame(module, each) && !haveOrder(each.prefix, one.prefix));
    require(
      rival === undefined,
      () =>
        `${needs(module)}, and both ${quoted(rival!)} and ${
          quoted(one)
        } of ${path} have them, whose names have no ` +
        `order: ${SAY} ${example(module, one)}`,
    );
  }
  return pairs.map(([module, { prefix }]) => [module, prefix]);
}

function isSame({ tensors }: TorchModule, found: FoundModule): boolean {
  return describeTensors(tensors) === describeTensors(found.tensors);
}

function needs({ layer, tensors }: TorchModule): string {
  return `Layer "${layer}" needs ${describeTensors(tensors)}`;
}

function changeOr(module: TorchModule, found?: FoundModule): string {
  return `change the layer, or ${SAY} ${example(module, found)}`;
}

function example({ layer }: TorchModule, found?: FoundModule): string {
  return `{ names: { ${layer}: ${JSON.stringify(found?.prefix ?? "fc1")} } }`;
}

function quoted({ prefix }: FoundModule): string {
  return JSON.stringify(prefix);
}

/** Names, as many as a sentence can hold. */
function listed(names: readonly string[]): string {
  const most = 12;
  if (names.length === 0) return "none";
  return names.length <= most ? names.join(", ") : `${names.slice(0, most).join(", ")}, …`;
}

/** A name as words and numbers in turn: `layer1.0` as layer, 1, ., 0. */
function partsOf(name: string): readonly string[] {
  return name.split(/(\d+)/);
}

/** The parts at which two names differ first. */
function difference(a: string, b: string): readonly [string, string] | undefined {
  const left = partsOf(a), right = partsOf(b);
  const at = left.findIndex((part, i) => part !== right[i]);
  return at < 0 ? undefined : [left[at]!, right[at] ?? ""];
}

const isNumber = (part: string) => /^\d+$/.test(part);

/** Numbers by value, words by letters. */
function compareNames(a: string, b: string): number {
  const [left, right] = difference(a, b) ?? [a, b];
  if (isNumber(left) && isNumber(right)) return Number(left) - Number(right);
  return left < right ? -1 : left > right ? 1 : a.length - b.length;
}

/** Whether numbers say which of two names comes first. */
function haveOrder(a: string, b: string): boolean {
  return a === b || (difference(a, b)?.every(isNumber) ?? false);
}
