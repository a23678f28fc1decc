/**
 * Readers of files: CSV, images, NumPy's arrays, IDX; plain or gzip, by a path or an address.
 * @module
 */
export type { CsvColumn, CsvColumns } from "./csv_columns.ts";
export { type CsvOptions, type CsvSet, parseCsv, type ParseCsvOptions, readCsv } from "./csv.ts";
export type { ByteScaling, ClassIndices, DataSet } from "./data_set.ts";
export type { Channels } from "./decode_png.ts";
export type { NdArray, NumberArray } from "./elements.ts";
export { type IdxFolder, type IdxFolderOptions, readIdxFolder } from "./idx_folder.ts";
export { type IdxOptions, parseIdx, readIdx } from "./idx.ts";
export { type ImageFolderOptions, type ImageFolderSet, readImageFolder } from "./image_folder.ts";
export { type NpyOptions, parseNpy, readNpy } from "./npy.ts";
export { type NpzOptions, readNpz } from "./npz.ts";
export type { Place } from "./read_bytes.ts";
