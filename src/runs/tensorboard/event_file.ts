/**
 * Event files, which TensorBoard reads: records of TFRecord, each an `Event` of TensorFlow's protocol buffers. The numbers
 * behind `write…` are those of the fields in its event.proto, summary.proto and tensor.proto.
 */
import { PbfWriter } from "pbf";
import { crc32c } from "./crc32c.ts";

/** What is told under a tag: a number, a picture, or what a plugin of TensorBoard's keeps there. */
export type EventValue =
  & { readonly tag: string }
  & (
    | { readonly scalar: number }
    | { readonly image: EventImage }
    | { readonly plugin: { readonly name: string; readonly content: Uint8Array } }
  );

/** A picture as a PNG file. */
export interface EventImage {
  readonly width: number;
  readonly height: number;
  /** Numbers of a pixel: 1 grey, 2 with alpha, 3 colours, 4 with alpha. */
  readonly channels: number;
  readonly png: Uint8Array;
}

/** What is told of one moment. */
export interface RunEvent {
  /** Since 1970. */
  readonly wallSeconds: number;
  readonly step: number;
  readonly values: readonly EventValue[];
}

/** The first event of a file names its format. */
const FORMAT = "brain.Event:2";
/** TensorFlow's number of float32 among its types. */
const FLOAT = 1;

/**
 * An event file: one record with its format, then one for each event.
 *
 * @example
 * ```ts
 * import { encodeEvents } from "./event_file.ts";
 * const bytes = encodeEvents([
 *   { wallSeconds: 1e9, step: 1, values: [{ tag: "loss", scalar: 0.5 }] },
 * ]);
 * await Deno.writeFile("events.out.tfevents.1000000000.me", bytes);
 * await Deno.remove("events.out.tfevents.1000000000.me");
 * ```
 */
export function encodeEvents(events: readonly RunEvent[]): Uint8Array<ArrayBuffer> {
  const records = [
    message((to) => {
      to.writeDoubleField(1, events[0]?.wallSeconds ?? 0);
      to.writeStringField(3, FORMAT);
    }),
    ...events.map((event) => message((to) => writeEvent(event, to))),
  ].map(framed);
  const bytes = new Uint8Array(records.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const record of records) {
    bytes.set(record, at);
    at += record.length;
  }
  return bytes;
}

/** The bytes of what `write` writes. */
export function message(write: (to: PbfWriter) => void): Uint8Array {
  const to = new PbfWriter();
  write(to);
  return to.finish();
}

function writeEvent({ wallSeconds, step, values }: RunEvent, to: PbfWriter): void {
  to.writeDoubleField(1, wallSeconds);
  to.writeVarintField(2, step);
  to.writeMessage(
    5,
    (all, summary) => all.forEach((one) => summary.writeMessage(1, writeValue, one)),
    values,
  );
}

function writeValue(value: EventValue, to: PbfWriter): void {
  to.writeStringField(1, value.tag);
  if ("scalar" in value) to.writeFloatField(2, value.scalar);
  else if ("image" in value) to.writeMessage(4, writeImage, value.image);
  else {
    const { name, content } = value.plugin;
    to.writeMessage(8, (_, tensor) => {
      // A list of no numbers: TensorBoard passes over values without any.
      tensor.writeVarintField(1, FLOAT);
      tensor.writeMessage(2, (_, shape) => shape.writeMessage(2, () => {}, null), null);
    }, null);
    to.writeMessage(9, (_, metadata) => {
      metadata.writeMessage(1, (_, plugin) => {
        plugin.writeStringField(1, name);
        plugin.writeBytesField(2, content);
      }, null);
    }, null);
  }
}

function writeImage({ width, height, channels, png }: EventImage, to: PbfWriter): void {
  to.writeVarintField(1, height);
  to.writeVarintField(2, width);
  to.writeVarintField(3, channels);
  to.writeBytesField(4, png);
}

/** A record of TFRecord: length, its checksum, data, its checksum; all numbers with the least byte first. */
function framed(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 16), view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, masked(data), true);
  return bytes;
}

/** A checksum of data that may hold checksums itself: turned by 15 bits, and a constant added. */
function masked(bytes: Uint8Array): number {
  const sum = crc32c(bytes);
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}
