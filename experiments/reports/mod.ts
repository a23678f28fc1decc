/** The two reports. */
import { REPORT_A } from "./a/mod.ts";
import { REPORT_B } from "./b/mod.ts";
import type { Report } from "./item.ts";

export const REPORTS: readonly Report[] = [REPORT_A, REPORT_B];
