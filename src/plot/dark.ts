/**
 * What makes a figure dark where its reader's screen is: a rule that browsers know and that programs for print pass
 * over, as `toPng` does. Its colours are those of the dashboard's dark pages; images stay as they are.
 */
import { INK, OTHERS, type Role, ROLES } from "./theme.ts";

/** The page of a figure in the dark. */
const DARK_PAPER = "#1c1b1a";

/** Lighter colours of the same hues, in the order of `ROLES` and `OTHERS`: for marks, and for words. */
const DARK_ROLES = {
  train: ["#4ba6dc", "#6db9e8"],
  validation: ["#f0853a", "#f59a5b"],
  test: ["#2ebd92", "#4ccca4"],
  published: ["#9a9a9a", "#a8a8a8"],
} as const;
const DARK_OTHERS = [
  ["#c678b4", "#d48fc4"],
  ["#e69f00", "#eab23c"],
  ["#7cc8f2", "#93d2f6"],
  ["#d8d5cd", "#d8d5cd"],
  ["#e39cc3", "#e8aecd"],
  ["#b9b94a", "#c6c663"],
  ["#c98a66", "#d49c7c"],
] as const;
const DARK_INK = {
  title: "#f3f0e9",
  text: "#cfcbc2",
  quiet: "#98948b",
  faint: "#7b7770",
  axis: "#8a867e",
  grid: "#2f2d2a",
  frame: "#4a4742",
} as const;

const TONES = [
  ...OTHERS.map((tone, i) => [tone, DARK_OTHERS[i]!] as const),
  ...Object.entries(DARK_ROLES).map(([role, dark]) => [ROLES[role as Role], dark] as const),
];

/** Dark colours by light ones. Where mark and word are of one colour, it is the mark's. */
const PAIRS = new Map<string, string>([
  ...TONES.map(([{ text }, [, dark]]) => [text, dark] as const),
  ...TONES.map(([{ mark }, [dark]]) => [mark, dark] as const),
  ...Object.entries(DARK_INK).map(([name, color]) => [INK[name as keyof typeof DARK_INK], color] as const),
]);

/** For a `<style>` in the figure: `desc` is right before its page, and a fill of paper elsewhere is a ring's. */
export const DARK_RULE = `@media (prefers-color-scheme:dark){${
  [
    `desc+rect,circle[fill="${INK.paper}"]{fill:${DARK_PAPER}}`,
    `[stroke="${INK.paper}"]{stroke:${DARK_PAPER}}`,
    // A shaded cell is as dark as it was light, in its hue, and the words on it the other way round.
    '[aria-label="cell"]{filter:invert(1) hue-rotate(180deg)}',
    `text[fill="#000000"]{fill:#ffffff}text[fill="#ffffff"]{fill:#000000}`,
    ...Array.from(
      PAIRS,
      ([light, dark]) =>
        `[fill="${light}"]{fill:${dark}}[stroke="${light}"]{stroke:${dark}}[color="${light}"]{color:${dark}}`,
    ),
  ].join("")
}}`;
