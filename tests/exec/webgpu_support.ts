/** What the tests of the WebGPU executor share. */
import { assert } from "@std/assert";
import type { Step } from "../../src/core/step.ts";
import {
  findAdapter,
  type WebgpuExecutor,
  webgpuExecutor,
  type WebgpuOptions,
} from "../../src/exec/webgpu.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { compile } from "../../src/ir/plan.ts";
import { add } from "../../src/ops/add.ts";
import { NOT_TESTED } from "./adapter.ts";

/** A step that says nothing. */
export const STEP: Step = { start: 0, count: 1, slot: 0, step: 0, seed: 0, scalars: [] };

let hasToldWhy = false;

/** A test that needs an adapter. Without one it says so once and passes, unless DESCENT_REQUIRE_WEBGPU is 1. */
export function gpuTest(name: string, body: (open: typeof webgpuExecutor) => Promise<void>): void {
  Deno.test(name, async () => {
    const { kind } = await findAdapter();
    if (kind !== "none") {
      const opened: WebgpuExecutor[] = [];
      try {
        await body(async (options: WebgpuOptions = {}) => {
          const executor = await webgpuExecutor({ software: true, ...options });
          opened.push(executor);
          return executor;
        });
      } finally {
        for (const executor of opened) executor.close();
      }
      return;
    }
    assert(Deno.env.get("DESCENT_REQUIRE_WEBGPU") !== "1", NOT_TESTED);
    if (!hasToldWhy) console.log(NOT_TESTED);
    hasToldWhy = true;
  });
}

/** Counts the calls of a method of an object, which it goes on doing. */
export function countCalls<K extends string>(
  object: Record<K, (...args: never[]) => unknown>,
  name: K,
): { count: number } {
  const original = object[name], counter = { count: 0 };
  object[name] = (...args: never[]) => {
    counter.count++;
    return original.apply(object, args);
  };
  return counter;
}

/** The smallest plan: sum = a + b of two elements. */
export function smallSum() {
  const a = leaf("input", "a", [2]), b = leaf("input", "b", [2]), sum = add(a, b, "sum");
  return { a, b, sum, plan: compile({ forward: [sum] }) };
}
