/** What a run was set to, for TensorBoard's plugin `hparams`, which compares runs by it (its plugin_data.proto). */
import type { PbfWriter } from "pbf";
import { type EventValue, message } from "./event_file.ts";

/** A setting as the plugin knows them. */
export type HParam = number | boolean | string;

/** How a run ended, in the numbers of the plugin's `Status`. */
export const SESSION_STATUS = { unknown: 0, success: 1, failure: 2, running: 3 } as const;

/** A run begins, with these settings. */
export function sessionStart(
  { settings, startSeconds }: {
    readonly settings: Readonly<Record<string, HParam>>;
    readonly startSeconds: number;
  },
): EventValue {
  return ofPlugin("_hparams_/session_start_info", 3, (to) => {
    for (const [name, value] of Object.entries(settings)) {
      to.writeMessage(1, (_, entry) => {
        entry.writeStringField(1, name);
        entry.writeMessage(2, writeAny, value);
      }, null);
    }
    to.writeDoubleField(5, startSeconds);
  });
}

/** A run has ended. */
export function sessionEnd(
  { status, endSeconds }: { readonly status: keyof typeof SESSION_STATUS; readonly endSeconds: number },
): EventValue {
  return ofPlugin("_hparams_/session_end_info", 4, (to) => {
    to.writeVarintField(1, SESSION_STATUS[status]);
    to.writeDoubleField(2, endSeconds);
  });
}

function ofPlugin(tag: string, field: number, write: (to: PbfWriter) => void): EventValue {
  const content = message((to) => to.writeMessage(field, (_, inner) => write(inner), null));
  return { tag, plugin: { name: "hparams", content } };
}

/** A `google.protobuf.Value`. */
function writeAny(value: HParam, to: PbfWriter): void {
  if (typeof value === "number") to.writeDoubleField(2, value);
  else if (typeof value === "string") to.writeStringField(3, value);
  else to.writeBooleanField(4, value);
}
