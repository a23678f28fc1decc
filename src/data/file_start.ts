/** What a file is by its first bytes: for sentences about files that are not what they should be. */

const KINDS: readonly (readonly [string, readonly number[]])[] = [
  ["a PNG image", [0x89, 0x50, 0x4e, 0x47]],
  ["a JPEG image", [0xff, 0xd8, 0xff]],
  ["a GIF image", [0x47, 0x49, 0x46, 0x38]],
  ["a zip archive (.npz and .xlsx are such)", [0x50, 0x4b, 0x03, 0x04]],
  ["an empty zip archive", [0x50, 0x4b, 0x05, 0x06]],
  ["gzip", [0x1f, 0x8b]],
  ["an .npy file", [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]],
  ["an HDF5 file", [0x89, 0x48, 0x44, 0x46]],
  ["a PDF document", [0x25, 0x50, 0x44, 0x46]],
  ["a Parquet file", [0x50, 0x41, 0x52, 0x31]],
  ["a pointer that Git LFS left in place of the file", [
    ...new TextEncoder().encode("version https://git-lfs"),
  ]],
];

/** The kind of file that the bytes begin as, if it is a known one. */
export function knownKind(bytes: Uint8Array): string | undefined {
  return KINDS.find(([, start]) => start.every((byte, i) => bytes[i] === byte))?.[0];
}

/** `it begins with 89 50 4e 47, as a PNG image does`, `it is empty`. */
export function describeStart(bytes: Uint8Array): string {
  if (bytes.length === 0) return "it is empty";
  const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const kind = knownKind(bytes);
  return `it begins with ${start}${kind === undefined ? "" : `, as ${kind} does`}`;
}
