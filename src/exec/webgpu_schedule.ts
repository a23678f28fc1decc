/**
 * How the calls of a routine are made on a GPU, where what a dispatch costs is mostly that it is one. Calls that do
 * not need each other share a dispatch; small calls that do are a chain, one after another in one workgroup; and an
 * elementwise call goes over a result as it is stored. It follows from the plan alone, so every network profits.
 */
import type { Launch } from "./webgpu_launches.ts";
import { bindingTypes, type MergedKernel, withAfter } from "./wgsl_merge.ts";

/** A launch of a dispatch, and those that go over its result. */
export interface Link {
  readonly launch: Launch;
  readonly after: readonly Link[];
}

/** Links one after another in one workgroup, or one with workgroups of its own. */
export type Unit = readonly Link[];

/** What a device allows. */
export interface ScheduleLimits {
  /** Storage buffers that a shader may have. */
  readonly storageBuffers: number;
  /** Bytes that a workgroup may share. */
  readonly sharedBytes: number;
}

/** A launch of a chain: less than a GPU does in the time that a dispatch costs (some 3 µs), by one workgroup. */
const CHAINED_FLOPS = 2 ** 18, CHAINED_GROUPS = 8;
/** All launches of a chain together. */
const CHAIN_FLOPS = 2 ** 20;
/** Workgroups that a grid may have along its first axis. */
const MOST_GROUPS = 65_535;

/** The dispatches of a routine, in order: the units of each run side by side. */
export function scheduleLaunches(
  launches: readonly Launch[],
  limits: ScheduleLimits,
): readonly (readonly Unit[])[] {
  return new Schedule(launches.flatMap((launch, j) => inPieces(launch, launches.slice(0, j))), limits)
    .dispatches();
}

/**
 * An update of a whole arena, as an optimizer's, as updates of its members, each of which needs but its own gradient.
 * What lies between members is as it was.
 */
function inPieces(launch: Launch, before: readonly Launch[]): readonly Launch[] {
  const { module, overrides, operands, call } = launch;
  if (call.op.updates === undefined || !module?.loop?.isPlaceless) return [launch];
  if (module.storage.some(({ element }) => element !== "vec4f")) return [launch];
  if (operands.some(({ size }) => size !== 16 * overrides[module.loop!.bound]!)) return [launch];
  for (const { buffer, offset, size } of operands.filter(({ writes }) => !writes)) {
    const made = before.flatMap((one) =>
      one.operands.filter((part) => part.writes && part.buffer === buffer)
    );
    const starts = [...new Set(made.map((part) => part.offset))].sort((a, b) => a - b);
    const parts = starts.map((start) => made.findLast((part) => part.offset === start)!);
    const ends = [offset, ...parts.map((part) => part.offset + part.size)];
    const gaps = [...parts.map((part) => part.offset), offset + size].map((start, i) => start - ends[i]!);
    // Between members there is less than the granule of bindings.
    if (parts.length < 2 || gaps.some((gap) => gap < 0 || gap >= 256)) continue;
    return parts.map((part) => {
      const vectors = part.size / 16;
      return {
        ...launch,
        overrides: { ...overrides, [module.loop!.bound]: vectors },
        workgroups: [Math.ceil(vectors / 256), 1, 1],
        operands: operands.map((operand) => ({
          ...operand,
          offset: operand.offset + part.offset - offset,
          size: part.size,
        })),
        flops: launch.flops * part.size / size,
      };
    });
  }
  return [launch];
}

/** Launches by their position, in stages; a stage becomes a dispatch, and its units are lists of launches. */
class Schedule {
  readonly #needs: readonly (readonly number[])[];
  readonly #stages: (readonly (readonly number[])[])[] = [];
  readonly #stageOf: number[] = [];
  /** After which launch one goes over its result. */
  readonly #hostOf = new Map<number, number>();

  constructor(readonly launches: readonly Launch[], readonly limits: ScheduleLimits) {
    this.#needs = launches.map((launch, j) =>
      [...launches.keys()].slice(0, j).filter((i) => conflict(launches[i]!, launch))
    );
    for (const j of launches.keys()) this.#place(j);
    for (const j of [...launches.keys()].reverse()) this.#postpone(j);
  }

  dispatches(): readonly (readonly Unit[])[] {
    return this.#stages.map((units) =>
      units.flatMap((unit) => this.#connected(unit)).map((unit) => this.#linked(unit))
    );
  }

  /** To the stage of the last launch that it needs, if it can go on there, else to the first later one with room. */
  #place(j: number): void {
    const last = Math.max(-1, ...this.#needs[j]!.map((i) => this.#stageOf[i]!));
    const before = this.#needs[j]!.filter((i) => this.#stageOf[i] === last), stage = this.#stages[last] ?? [];
    const units = stage.filter((unit) => unit.some((i) => before.includes(i)));
    const rest = stage.filter((unit) => !units.includes(unit)),
      joined = [...units.flat(), j].sort((a, b) => a - b);
    const canChain = [j, ...before].every((i) => this.#isSmall(i) && !this.#hostOf.has(i));
    if (last >= 0 && canChain && this.#put(j, last, [...rest, joined])) return;
    const host = before.at(-1);
    if (units.length === 1 && host !== undefined && this.#goesAfter(j, before, units[0]!)) {
      this.#hostOf.set(j, host);
      if (this.#put(j, last, [...rest, joined])) return;
      this.#hostOf.delete(j);
    }
    let later = last + 1;
    while (!this.#put(j, later, [...this.#stages[later] ?? [], [j]])) later++;
  }

  /** Whether a launch goes vector by vector over results of one launch, or of those after it. */
  #goesAfter(j: number, before: readonly number[], unit: readonly number[]): boolean {
    const { module, operands } = this.launches[j]!,
      root = (i: number): number => {
        const host = this.#hostOf.get(i);
        return host === undefined ? i : root(host);
      };
    if (module?.loop === undefined || unit.some((i) => root(i) !== unit[0])) return false;
    const written = [...operands.keys()].filter((i) => operands[i]!.writes);
    if (written.some((i) => !module.loop!.direct.includes(i))) return false;
    return before.every((i) => {
      const host = this.launches[i]!,
        made = host.operands.findIndex(({ writes }) => writes),
        result = host.operands[made]!;
      if (host.call.op.updates !== undefined || !host.module!.stored.includes(made)) return false;
      if (host.operands.some(({ writes }, at) => writes && at !== made)) return false;
      return operands.every((operand, at) =>
        operand.writes
          ? operand.buffer !== result.buffer && operand.size === result.size
          : operand.buffer !== result.buffer || (
            operand.offset === result.offset && operand.size === result.size &&
            module.loop!.direct.includes(at) &&
            module.storage[at]!.element === "vec4f"
          )
      ) && operands.some(({ buffer, writes }) => !writes && buffer === result.buffer);
    });
  }

  /** What a chain makes for later dispatches alone need not delay it: it moves to a later one, or to the chain of its users. */
  #postpone(j: number): void {
    const from = this.#stageOf[j]!, unit = this.#stages[from]!.find((one) => one.includes(j))!;
    if (unit.length === 1 || unit.some((i) => this.#hostOf.has(i))) return;
    const users = [...this.launches.keys()].filter((i) => this.#needs[i]!.includes(j));
    const latest = Math.min(this.#stages.length, ...users.map((i) => this.#stageOf[i]!));
    for (let later = from + 1; later <= latest; later++) {
      const stage = this.#stages[later] ?? [],
        joined = stage.filter((one) => one.some((i) => users.includes(i)));
      const canChain = joined.flat().every((i) => this.#isSmall(i) && !this.#hostOf.has(i));
      if (later === this.#stages.length || (joined.length > 0 && !canChain)) return;
      const units = [
        ...stage.filter((one) => !joined.includes(one)),
        [j, ...joined.flat()].sort((a, b) => a - b),
      ];
      if (!this.#put(j, later, units)) continue;
      this.#stages[from] = this.#stages[from]!.map((one) => one === unit ? one.filter((i) => i !== j) : one);
      return;
    }
  }

  /** Makes these the units of a stage, one of which holds launch j, if one dispatch can make them all. */
  #put(j: number, stage: number, units: readonly (readonly number[])[]): boolean {
    if (!fits(units.map((unit) => this.#linked(unit)), this.limits)) return false;
    this.#stages[stage] = units;
    this.#stageOf[j] = stage;
    return true;
  }

  #isSmall(i: number): boolean {
    const launch = this.launches[i]!;
    return launch.module !== undefined && launch.flops <= CHAINED_FLOPS && groupsOf(launch) <= CHAINED_GROUPS;
  }

  #linked(unit: readonly number[]): Unit {
    const link = (i: number): Link => ({
      launch: this.launches[i]!,
      after: unit.filter((j) => this.#hostOf.get(j) === i).map(link),
    });
    return unit.filter((i) => !this.#hostOf.has(i)).map(link);
  }

  /** The parts of a unit that do not need each other. */
  #connected(unit: readonly number[]): readonly (readonly number[])[] {
    let parts: number[][] = [];
    for (const j of unit) {
      const mine = parts.filter((part) => part.some((i) => this.#needs[j]!.includes(i)));
      parts = [...parts.filter((part) => !mine.includes(part)), [...mine.flat(), j].sort((a, b) => a - b)];
    }
    return parts;
  }
}

/** Whether the later of two launches has to wait for the earlier. */
function conflict(earlier: Launch, later: Launch): boolean {
  return earlier.operands.some((a) =>
    later.operands.some((b) =>
      a.buffer === b.buffer && (a.writes || b.writes) && a.offset < b.offset + b.size &&
      b.offset < a.offset + a.size
    )
  );
}

function groupsOf({ workgroups: [x, y, z] }: Launch): number {
  return x * y * z;
}

/** Workgroups that a unit takes. */
export function unitGroups(unit: Unit): number {
  return unit.length > 1 ? 1 : groupsOf(unit[0]!.launch);
}

/** A link's launches, in the order in which their kernels are numbered. */
export function launchesOf(link: Link): readonly Launch[] {
  return [link.launch, ...link.after.flatMap(launchesOf)];
}

/** Whether one dispatch can make all of these. */
function fits(units: readonly Unit[], limits: ScheduleLimits): boolean {
  const all = units.flat().flatMap(launchesOf);
  if (all.length === 1) return true;
  if (all.some(({ module }) => module === undefined)) return false;
  const chains = units.filter((unit) => unit.length > 1);
  if (
    chains.some((unit) => unit.flatMap(launchesOf).reduce((sum, { flops }) => sum + flops, 0) > CHAIN_FLOPS)
  ) {
    return false;
  }
  const { kernels, buffers } = mergedKernels(units);
  return units.reduce((sum, unit) => sum + unitGroups(unit), 0) <= MOST_GROUPS &&
    buffers.length <= limits.storageBuffers &&
    sharedBytes(all) <= limits.sharedBytes && bindingTypes(kernels.flat().flatMap(withAfter)) !== undefined;
}

/** Bytes of workgroup memory: of each element type, the most that a kernel has. */
function sharedBytes(launches: readonly Launch[]): number {
  const bytes = new Map<string, number>();
  for (const { module } of launches) {
    for (const [element, arrays] of Map.groupBy(module!.shared, (one) => one.element)) {
      const length = arrays.reduce((sum, one) => sum + one.length, 0);
      bytes.set(element, Math.max(bytes.get(element) ?? 0, length * elementBytes(element)));
    }
  }
  return [...bytes.values()].reduce((sum, one) => sum + one, 0);
}

/** Of `vec4f`, or of arrays of it in each other, 16 each; of all else that kernels share 4. */
function elementBytes(element: string): number {
  const lengths = [...element.matchAll(/, (\d+)>/g)].map((match) => Number(match[1]));
  return lengths.reduce((product, length) => product * length, element.includes("vec4f") ? 16 : 4);
}

/** The kernels of a dispatch with what they are bound to, and which buffers those bindings are. */
export function mergedKernels(units: readonly Unit[]): {
  readonly kernels: readonly (readonly MergedKernel[])[];
  readonly buffers: readonly number[];
} {
  const operands = units.flat().flatMap(launchesOf).flatMap((launch) => launch.operands);
  const buffers = [...new Set(operands.map(({ buffer }) => buffer))];
  const merged = ({ launch, after }: Link): MergedKernel => ({
    module: launch.module!,
    places: launch.operands.map(({ buffer, offset, writes }) => ({
      binding: buffers.indexOf(buffer),
      offset,
      writes,
    })),
    isSingle: launch.workgroups.every((count) => count === 1),
    after: after.map(merged),
  });
  return { kernels: units.map((unit) => unit.map(merged)), buffers };
}
