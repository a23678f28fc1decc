/** What `--quick` shortens. */
import type { Changed } from "../reports/wanted.ts";

/** Each experiment's own way to be a matter of seconds. */
export const quickSettings: Changed = ({ quick }) => quick;
