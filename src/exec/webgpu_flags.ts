/**
 * Flags of WebGPU, which a page has as globals and a GPU that is given may not bring.
 *
 * Source: W3C, "WebGPU", sections 5.1.2, 5.2 and 8.1.3.
 */
export const BUFFER_USAGE = {
  mapRead: 0x1,
  copySrc: 0x4,
  copyDst: 0x8,
  uniform: 0x40,
  storage: 0x80,
} as const;

/** A mapping that is read. */
export const MAP_MODE_READ = 0x1;

/** Compute shaders see it. */
export const STAGE_COMPUTE = 0x4;
