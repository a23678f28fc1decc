/** The font of the pages as WOFF2: of Inter, the characters that they show. Made once, and kept in `dist/fonts`. */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeAtomically } from "../src/core/write_file.ts";

/** Weights, by the names that pages load them by. */
const FONTS: Readonly<Record<string, string>> = {
  "inter-400.woff2": "400Regular/Inter_400Regular.ttf",
  "inter-500.woff2": "500Medium/Inter_500Medium.ttf",
  "inter-600.woff2": "600SemiBold/Inter_600SemiBold.ttf",
};

export const FONT_NAMES: readonly string[] = Object.keys(FONTS);

/** First and last characters of what is kept; names that users give may hold others, which the system's font draws. */
export const FONT_RANGES: readonly (readonly [first: number, last: number])[] = [
  [0x20, 0x7e], // Latin
  [0xa0, 0x17f], // its accents
  [0x2e0, 0x2e3], // raised letters
  [0x391, 0x3c9], // Greek
  [0x1d40, 0x1d6a], // raised and lowered letters
  [0x2010, 0x203a], // dashes, quotes, ellipses
  [0x2070, 0x209c], // raised and lowered digits
  [0x2150, 0x215f], // fractions
  [0x2190, 0x21ff], // arrows
  [0x2200, 0x22ff], // mathematics
  [0x2308, 0x230b], // floor and ceiling
  [0x2500, 0x25ff], // lines, blocks, shapes
];

/** What the styles turn on, and what browsers turn on by themselves: numbers in columns, kerning. */
const FEATURES = ["calt", "ccmp", "cv11", "kern", "locl", "ss03", "tnum"];

/** Of npm's `subset-font`, which has no types. */
type Subset = (
  font: Uint8Array,
  text: string,
  options: { readonly targetFormat: "woff2"; readonly keepFeatures: readonly string[] },
) => Promise<Uint8Array>;

/** A weight as WOFF2, `undefined` where there is no such weight. It is made where it is not in `dist/fonts` yet. */
export async function readFont(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const source = FONTS[name];
  if (source === undefined) return undefined;
  const kept = await keptFile(name);
  try {
    return await Deno.readFile(kept);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const made = await makeFont(fileURLToPath(import.meta.resolve(`@expo-google-fonts/inter/${source}`)));
  try {
    await Deno.mkdir(join(kept, ".."), { recursive: true });
    await writeAtomically(kept, made);
  } catch {
    // Who may not write makes it each time it starts.
  }
  return made;
}

/** Where a weight is kept: what it is made of is in the folder's name. */
async function keptFile(name: string): Promise<string> {
  const packages = ["subset-font", "@expo-google-fonts/inter/package.json"].map((one) =>
    import.meta.resolve(one)
  );
  const madeOf = new TextEncoder().encode(JSON.stringify([packages, FONTS, FONT_RANGES, FEATURES]));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", madeOf)).toHex().slice(0, 16);
  return join(fileURLToPath(new URL("../dist/fonts/", import.meta.url)), hash, name);
}

async function makeFont(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const { default: subset } = await import("subset-font") as { readonly default: Subset };
  const text = FONT_RANGES.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i))
  ).join("");
  const font = Buffer.from(await Deno.readFile(path));
  return new Uint8Array(await subset(font, text, { targetFormat: "woff2", keepFeatures: FEATURES }));
}
