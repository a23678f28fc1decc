/**
 * Readers of event files that know nothing of ours: npm's `tfrecord` checks lengths and checksums and takes the records
 * apart, Google's protocol buffers for Python decode them by fields of the names and numbers that TensorFlow has.
 */
import { join } from "node:path";
import { ROOT } from "../house/sources.ts";
import { install, run } from "../pack/tools.ts";

const FOLDER = join(ROOT, "dist/readers");
const NOT_TESTED =
  "TensorBoard not tested: it needs python3-protobuf (Debian) and npm's tfrecord in dist/readers, which " +
  "DESCENT_REQUIRE_TENSORBOARD=1 brings";

/** What a file says: its events as protocol buffers are written in JSON; bytes in base64. */
// deno-lint-ignore no-explicit-any
export type ReadEvents = (path: string) => Promise<readonly any[]>;

/** The readers; without them a sentence, and undefined. */
export async function findReaders(): Promise<ReadEvents | undefined> {
  const isRequired = Deno.env.get("DESCENT_REQUIRE_TENSORBOARD") === "1";
  const isThere = await Deno.stat(join(FOLDER, "node_modules/tfrecord")).then(() => true, () => false);
  // What it would compile only makes it faster.
  if (isRequired && !isThere) await install(FOLDER, ["tfrecord@0.2.0", "--omit=optional"]);
  const python = await findPython();
  if (python !== undefined && (isThere || isRequired)) return (path) => readEvents(python, path);
  if (isRequired) throw new Error(NOT_TESTED);
  console.log(NOT_TESTED);
  return undefined;
}

async function findPython(): Promise<string | undefined> {
  // Debian's own has Debian's packages, whatever python3 is first in the path.
  for (const python of ["/usr/bin/python3", "python3"]) {
    if (await run(python, ["-c", "import google.protobuf"], ROOT).then(() => true, () => false)) {
      return python;
    }
  }
  return undefined;
}

async function readEvents(python: string, path: string) {
  const records = await run("node", ["-e", READ_RECORDS, path], FOLDER);
  return JSON.parse(await run(python, ["-c", DECODE, records.trim()], FOLDER));
}

const READ_RECORDS = `
const { RecordReader } = require("tfrecord/lib/record_reader.js");
(async () => {
  const reader = await RecordReader.create(process.argv[1]), records = [];
  for (let data; (data = await reader.readRecord()) !== null;) records.push(Buffer.from(data).toString("base64"));
  console.log(records.join(" "));
})();
`;

/** Fields as "number name type", behind the name of their message; a star for lists. */
const DECODE = `
import base64, json, sys
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory, struct_pb2
FIELDS = """
Event 1 wall_time double, 2 step int64, 3 file_version string, 5 summary Summary
Summary 1 value Value*
Value 1 tag string, 2 simple_value float, 4 image Image, 8 tensor Tensor, 9 metadata Metadata
Image 1 height int32, 2 width int32, 3 colorspace int32, 4 encoded_image_string bytes
Tensor 1 dtype int32, 2 tensor_shape Shape, 5 float_val float*
Shape 2 dim Dim*
Dim 1 size int64
Metadata 1 plugin_data PluginData
PluginData 1 plugin_name string, 2 content bytes
HParams 1 version int32, 3 session_start_info Start, 4 session_end_info End
Start 1 hparams Entry*, 5 start_time_secs double
Entry 1 key string, 2 value .google.protobuf.Value
End 1 status int32, 2 end_time_secs double
"""
Field = descriptor_pb2.FieldDescriptorProto
file = descriptor_pb2.FileDescriptorProto(name="events", package="tb", syntax="proto3", dependency=["google/protobuf/struct.proto"])
for line in FIELDS.strip().splitlines():
    name, fields = line.split(" ", 1)
    message = file.message_type.add(name=name)
    for field in fields.split(", "):
        number, name, kind = field.rstrip("*").split(" ")
        own = message.field.add(name=name, number=int(number), label=3 if field.endswith("*") else 1)
        if kind[0].isupper() or kind[0] == ".":
            own.type, own.type_name = Field.TYPE_MESSAGE, kind if kind[0] == "." else ".tb." + kind
        else:
            own.type = getattr(Field, "TYPE_" + kind.upper())
pool = descriptor_pool.DescriptorPool()
pool.AddSerializedFile(struct_pb2.DESCRIPTOR.serialized_pb)
pool.AddSerializedFile(file.SerializeToString())
def decode(name, data):
    descriptor = pool.FindMessageTypeByName("tb." + name)
    # Older versions have the one, newer ones the other.
    make = getattr(message_factory, "GetMessageClass", None) or message_factory.MessageFactory(pool).GetPrototype
    message = make(descriptor).FromString(data)
    whole = message.ByteSize()
    message.DiscardUnknownFields()
    assert message.ByteSize() == whole, "fields that " + name + " does not have"
    return json_format.MessageToDict(message, preserving_proto_field_name=True)
events = []
for record in sys.argv[1].split():
    event = decode("Event", base64.b64decode(record))
    for value in event.get("summary", {}).get("value", []):
        plugin = value.get("metadata", {}).get("plugin_data")
        if plugin: plugin["content"] = decode("HParams", base64.b64decode(plugin["content"]))
    events.append(event)
print(json.dumps(events))
`;
