/** Which place this is. */
import type { Platform } from "./platform.ts";
import { browserPlatform } from "./platform_browser.ts";
import { hostProcess } from "./platform_builtins.ts";
import { denoPlatform } from "./platform_deno.ts";
import { nodePlatform } from "./platform_node.ts";

let chosen: Platform | undefined;

/** The place that this program runs in, found out once, when it is first asked for. */
export function platform(): Platform {
  return chosen ??= choose();
}

function choose(): Platform {
  if ("Deno" in globalThis) return denoPlatform();
  return hostProcess() === undefined ? browserPlatform() : nodePlatform();
}
