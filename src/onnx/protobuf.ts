/** Protobuf messages by tables of their fields, read with a check at every step: a file may come from anywhere. */
import { PbfReader, PbfWriter } from "pbf";
import { require } from "../core/errors.ts";

/** What a field holds; those in the plural may stand any number of times. */
type Kind =
  | "int"
  | "ints"
  | "float"
  | "floats"
  | "doubles"
  | "text"
  | "texts"
  | "bytes"
  | "message"
  | "messages";

/** The fields of a message by name: the number of each, what it holds, and of a message its fields. */
export interface Fields {
  readonly [name: string]: readonly [number: number, kind: Kind, fields?: Fields];
}

/** Values of a message by field. What is absent was not there. */
type Message = Readonly<Record<string, unknown>>;

/** The bytes of a message. */
export function encodeMessage(fields: Fields, message: object): Uint8Array<ArrayBuffer> {
  const writer = new PbfWriter();
  writeFields(writer, fields, message as Message);
  return new Uint8Array(writer.finish());
}

function writeFields(writer: PbfWriter, fields: Fields, message: Message): void {
  for (const [name, [number, kind, inner]] of Object.entries(fields)) {
    const value = message[name];
    if (value === undefined) continue;
    const write = (one: unknown) => writeOne(writer, number, kind, one, inner);
    if (Array.isArray(value)) value.forEach(write);
    else write(value);
  }
}

function writeOne(writer: PbfWriter, number: number, kind: Kind, value: unknown, inner?: Fields): void {
  switch (kind) {
    case "int":
    case "ints":
      writer.writeTag(number, WIRE.varint);
      return writer.writeVarint(value as number);
    case "float":
    case "floats":
      writer.writeTag(number, WIRE.fixed32);
      return writer.writeFloat(value as number);
    case "doubles":
      writer.writeTag(number, WIRE.fixed64);
      return writer.writeDouble(value as number);
    case "text":
    case "texts":
      writer.writeTag(number, WIRE.bytes);
      return writer.writeString(value as string);
    case "bytes":
      writer.writeTag(number, WIRE.bytes);
      return writer.writeBytes(value as Uint8Array);
    case "message":
    case "messages":
      return writer.writeMessage(
        number,
        (one: Message) => writeFields(writer, inner!, one),
        value as Message,
      );
    default:
      kind satisfies never;
  }
}

/** How a value lies in the bytes, by its code there. */
const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** The values of a message. Throws a sentence's end, such as `it ends within a field`, where the bytes are none. */
export function decodeMessage(fields: Fields, bytes: Uint8Array): Message {
  const known = new Map(
    Object.entries(fields).map(([name, [number, ...rest]]) => [number, [name, ...rest] as const]),
  );
  const message: Record<string, unknown> = {}, reader = new PbfReader(bytes);
  while (reader.pos < bytes.length) {
    const tag = wholeNumber(reader), wire = tag & 7, field = known.get(tag >>> 3);
    require(tag >>> 3 > 0, "it has a field without a number");
    const value = wireValue(reader, wire);
    require(reader.pos <= bytes.length, "it ends within a field");
    if (field === undefined) continue;
    const [name, kind, inner] = field, values = valuesOf(kind, wire, value, inner);
    if (!kind.endsWith("s") || kind === "bytes") message[name] = values.at(-1);
    else {
      // One by one: a list may be longer than a call has room for.
      const all = (message[name] ??= []) as unknown[];
      for (const one of values) all.push(one);
    }
  }
  return message;
}

/** A number, or what has a length, as a part of the bytes. */
function wireValue(reader: PbfReader, wire: number): number | Uint8Array {
  switch (wire) {
    case WIRE.varint:
      return wholeNumber(reader);
    case WIRE.fixed32:
    case WIRE.fixed64: {
      const size = wire === WIRE.fixed32 ? 4 : 8;
      require(reader.pos + size <= reader.length, "it ends within a number");
      return wire === WIRE.fixed32 ? reader.readFloat() : reader.readDouble();
    }
    case WIRE.bytes: {
      const length = wholeNumber(reader), from = reader.pos;
      require(length >= 0 && from + length <= reader.length, "it ends within a field");
      reader.pos = from + length;
      return reader.buf.subarray(from, from + length);
    }
    default:
      return require(false, `it has a value of the unknown kind ${wire}`) as never;
  }
}

/** Seven bits a byte. */
function wholeNumber(reader: PbfReader): number {
  // As many bytes as the longest number has must end somewhere.
  const end = reader.buf.subarray(reader.pos, reader.pos + 10).findIndex((byte) => byte < 0x80);
  require(end >= 0, "it ends within a number");
  return reader.readVarint(true);
}

const texts = new TextDecoder();

/** What a field of this kind means; numbers of a list may stand packed together. */
function valuesOf(kind: Kind, wire: number, value: number | Uint8Array, inner?: Fields): readonly unknown[] {
  const isPacked = typeof value !== "number";
  switch (kind) {
    case "int":
    case "ints":
      return isPacked ? packed(value, wholeNumber) : [fits(wire === WIRE.varint, kind, value)];
    case "float":
    case "floats":
      return isPacked
        ? packed(value, (reader) => fixed(reader, 4))
        : [fits(wire === WIRE.fixed32, kind, value)];
    case "doubles":
      return isPacked
        ? packed(value, (reader) => fixed(reader, 8))
        : [fits(wire === WIRE.fixed64, kind, value)];
    case "text":
    case "texts":
      return [texts.decode(fits(isPacked, kind, value) as Uint8Array)];
    case "bytes":
      return [fits(isPacked, kind, value)];
    case "message":
    case "messages":
      return [decodeMessage(inner!, fits(isPacked, kind, value) as Uint8Array)];
    default:
      return kind satisfies never;
  }
}

/** The value, if it lies there as such a field does. */
function fits<T>(condition: boolean, kind: Kind, value: T): T {
  require(condition, `a field that holds ${kind} holds something else`);
  return value;
}

function packed(bytes: Uint8Array, read: (reader: PbfReader) => number): readonly number[] {
  const reader = new PbfReader(bytes), values: number[] = [];
  while (reader.pos < bytes.length) values.push(read(reader));
  return values;
}

function fixed(reader: PbfReader, size: 4 | 8): number {
  require(reader.pos + size <= reader.length, "it ends within a number");
  return size === 4 ? reader.readFloat() : reader.readDouble();
}
