/** Going on from the folder of a finished run. */
import { DescentError, UsageError } from "../../src/core/errors.ts";
import type { SelectedImages } from "../images/select.ts";
import { objectOf, textOf } from "../../src/runs/facts.ts";
import type { RunFolder } from "../../src/runs/read.ts";
import { dataRecord } from "./load_images.ts";

/** Refuses images other than those that the run was trained on; the same files may lie elsewhere now. */
export function checkSameImages({ path, info }: RunFolder, now: SelectedImages): void {
  const { from: _, ...before } = objectOf(info?.data);
  const { from: __, ...own } = dataRecord(now);
  if (JSON.stringify(own) === JSON.stringify(before)) return;
  throw new DescentError(
    `The run in ${path} was trained on other images; give the same data, digits, seed and number of images`,
  );
}

/** Refuses settings that were asked for and that the run to go on from has otherwise. */
export function checkAsked(
  { path, info }: RunFolder,
  asked: Readonly<Record<string, unknown>>,
  { flag, keys }: { readonly flag: string; readonly keys: readonly string[] },
): void {
  const before = objectOf(info?.settings);
  for (const key of keys) {
    const value = asked[key];
    const had = before[key];
    if (value === undefined || had === undefined || textOf(value as never) === textOf(had)) continue;
    throw new UsageError(
      `${flag}: the layers in ${path} were trained with ${key} ${textOf(had)}, not ${
        textOf(value as never)
      }: leave the option out`,
    );
  }
}
