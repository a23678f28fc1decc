/** Which place this is where a bundler makes a page: it takes this module for choose_platform.ts, and leaves the others out. */
import type { Platform } from "./platform.ts";
import { browserPlatform } from "./platform_browser.ts";

let chosen: Platform | undefined;

/** The browser. */
export function platform(): Platform {
  return chosen ??= browserPlatform();
}
