/**
 * How every figure looks: colours with a fixed meaning, one font, a few sizes. A figure is 480 units wide, so
 * that at a column's width of 90 mm its text is 6 to 8 points high.
 */

/** What a line or a bar stands for; each role has one colour in every figure. */
export type Role = "train" | "validation" | "test" | "published";

/** A colour for marks, and a darker one of the same hue that is readable as text on white (4.5:1 or more). */
export interface Tone {
  readonly mark: string;
  readonly text: string;
}

/** Blue, vermilion and green of Okabe and Ito's palette, which the colour-blind can tell apart, and a grey. */
export const ROLES: Readonly<Record<Role, Tone>> = {
  train: { mark: "#0072b2", text: "#0068a3" },
  validation: { mark: "#d55e00", text: "#b84f00" },
  test: { mark: "#009e73", text: "#007a59" },
  published: { mark: "#6e6e6e", text: "#5c5c5c" },
};

/** For what has no role, in order of use: hues that no role has. */
export const OTHERS: readonly Tone[] = [
  { mark: "#882e72", text: "#882e72" },
  { mark: "#e69f00", text: "#8f6200" },
  { mark: "#56b4e9", text: "#1b76a8" },
  { mark: "#333333", text: "#333333" },
  { mark: "#cc79a7", text: "#a8487c" },
  { mark: "#8c8c1f", text: "#6b6b10" },
  { mark: "#8a4b2a", text: "#8a4b2a" },
];

/** The tone of a role, or of the `index`-th thing without one. */
export function toneOf(role: Role | undefined, index: number): Tone {
  return role ? ROLES[role] : OTHERS[index % OTHERS.length]!;
}

/** The role that a label names, so that bars called "Train" or "validation" get their colour unasked. */
export function roleOfLabel(label: string): Role | undefined {
  const word = label.trim().toLowerCase();
  if (word === "train" || word === "training") return "train";
  if (word === "validation" || word === "val") return "validation";
  return word === "test" || word === "published" ? word : undefined;
}

export const INK = {
  title: "#111111",
  text: "#333333",
  quiet: "#666666",
  faint: "#8f959b",
  axis: "#8a8a8a",
  grid: "#e6e6e6",
  frame: "#c9c9c9",
  paper: "#ffffff",
} as const;

export const SIZE = {
  width: 480,
  plotHeight: 230,
  pad: 12,
  title: 15,
  subtitle: 12.5,
  label: 12.5,
  tick: 12,
  small: 11,
} as const;

/** Fonts by preference: the first is what `toPng` draws with; browsers take the first that they have. */
export const FONT_FAMILY = "Inter, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif";
/** Weight of titles and of direct labels. */
export const STRONG = 600;

type Rgb = readonly [number, number, number];

/** Single-hue scale from near white to a deep blue, equal steps of which look about equally large. */
const SEQUENTIAL: readonly Rgb[] = [
  [243, 246, 250],
  [218, 232, 246],
  [174, 206, 231],
  [107, 166, 211],
  [49, 121, 180],
  [8, 69, 133],
];
/** Vermilion, white, blue: negative, zero, positive. */
const DIVERGING: readonly Rgb[] = [
  [158, 58, 0],
  [213, 94, 0],
  [246, 185, 140],
  [255, 255, 255],
  [140, 193, 228],
  [0, 114, 178],
  [0, 64, 120],
];
/** Ink on paper: 0 is white and 1 is black, as the files of MNIST define it. */
const INKED: readonly Rgb[] = [[255, 255, 255], [0, 0, 0]];
/** Light: 0 is black and 1 is white, as in a photograph. */
const LIT: readonly Rgb[] = [[0, 0, 0], [255, 255, 255]];

function interpolate(stops: readonly Rgb[], share: number): Rgb {
  const place = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const low = Math.min(Math.floor(place), stops.length - 2), part = place - low;
  const from = stops[low]!, to = stops[low + 1]!;
  const mix = (i: 0 | 1 | 2) => Math.round(from[i] + (to[i] - from[i]) * part);
  return [mix(0), mix(1), mix(2)];
}

/** What the values of images look like. `ink`: 0 is white; `light`: 0 is black; `diverging`: vermilion, white, blue. */
export type ImageScale = "ink" | "light" | "diverging";

const SCALES: Readonly<Record<ImageScale | "sequential", readonly Rgb[]>> = {
  sequential: SEQUENTIAL,
  diverging: DIVERGING,
  ink: INKED,
  light: LIT,
};

/** Colour of `share` in 0…1 on one of the scales, as bytes. */
export function scaleColor(scale: ImageScale | "sequential", share: number): Rgb {
  return interpolate(SCALES[scale], share);
}

export function cssColor([red, green, blue]: Rgb): string {
  return `#${[red, green, blue].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Black or white, whichever contrasts more with `background` (relative luminance of WCAG 2). */
export function inkOn(background: Rgb): string {
  const [red, green, blue] = background.map((byte) => {
    const value = byte / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  return 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 ? "#ffffff" : "#000000";
}
