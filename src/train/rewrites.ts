/** What is done to a plan to make it fast, by name: each can be left out, and the numbers stay the same. */
import { require } from "../core/errors.ts";
import { namesOf, shown } from "../core/option_names.ts";
import type { BackendName, LoadOptions } from "../exec/executor.ts";
import type { CompileOptions } from "../ir/plan.ts";
import { MAPS_REWRITE } from "../ops/_map_rewrite.ts";
import { BYTES_REWRITE, LISTS_REWRITE, POOL_REWRITE, SMALL_BYTES_REWRITE } from "../ops/_rewrites.ts";
import { compositionOn } from "../ops/own_op.ts";
import { SGD_REWRITE } from "../optim/sgd_bytes.ts";

/**
 * `hoist`: what depends on constant data alone is computed once. `pool`: the gradient of max pooling takes the slope of
 * the activation before it along (WASM, WebGPU). `bytes`: a first layer reads bytes, not gathered numbers (WASM; WebGPU where it is small). `lists`:
 * where the batch is the whole set, its non-zeros are listed once (WASM). `sgd`: plain gradient descent updates a first
 * layer where its gradient is made (WASM). `maps`: elementwise calls one behind the other are one (WASM). `merge`: several calls are one
 * dispatch (WebGPU).
 */
export type RewriteName = "hoist" | "pool" | "bytes" | "lists" | "sgd" | "maps" | "merge";

export const REWRITE_NAMES = namesOf<RewriteName>({
  hoist: true,
  pool: true,
  bytes: true,
  lists: true,
  sgd: true,
  maps: true,
  merge: true,
});

/** How to compile for an executor: the rewrites that pay on it, but those in `off`. */
export function compileOptionsFor(backend: BackendName, off: readonly RewriteName[] = []): CompileOptions {
  const unknown = off.find((name) => !REWRITE_NAMES.includes(name));
  require(
    unknown === undefined,
    () => `There is no rewrite ${shown(unknown)} to leave out: there are ${REWRITE_NAMES.join(", ")}`,
  );
  // On a GPU, tiles that share what they read beat reading bytes in large layers; the reference is there to be plain.
  const rules = {
    reference: [],
    webgpu: [compositionOn("webgpu"), POOL_REWRITE, SMALL_BYTES_REWRITE],
    wasm: [compositionOn("wasm"), POOL_REWRITE, BYTES_REWRITE, LISTS_REWRITE, SGD_REWRITE, MAPS_REWRITE],
  }[backend];
  return {
    hoist: !off.includes("hoist"),
    rewrites: rules.filter(({ name }) => !off.some((other) => other === name)),
  };
}

/** What loading a plan is told of `off`. */
export function loadOptionsFor(off: readonly RewriteName[] = []): LoadOptions {
  return off.includes("merge") ? { merge: false } : {};
}
