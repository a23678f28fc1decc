/** A chart as a file: its picture as the page shows it, or its numbers. Runs in the browser alone, but for `chartCsv`. */
import { textWidth } from "../../src/plot/text.ts";
import type { ChartLine } from "./chart_layout.ts";
import { nameOf } from "./chart_view.ts";

export const SAVE_FORMATS = ["svg", "png", "csv"] as const;
export type SaveFormat = typeof SAVE_FORMATS[number];

const SVG = "http://www.w3.org/2000/svg";
/** What style sheets say of a mark, which a file has to say of itself. */
const STYLES = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linejoin",
  "stroke-linecap",
  "opacity",
  "font-size",
  "font-weight",
  "text-anchor",
] as const;
const PLACES = ["d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height"] as const;
/** What only the reader's pointer put there. */
const POINTED = ".crosshair, .focus, .selection";
const FONT = "Inter, 'Helvetica Neue', Arial, sans-serif", ROW = 20, TITLE = 26, SWATCH = 22, GAP = 18;
/** Pixels of a PNG to one of the page. */
const SHARPNESS = 2;

export interface SavedChart {
  readonly svg: SVGSVGElement;
  readonly title: string;
  readonly xLabel: string;
  /** As they are drawn. */
  readonly lines: readonly ChartLine[];
}

/** Gives the reader a file of the chart, by the name `name`. */
export async function saveChart(name: string, format: SaveFormat, chart: SavedChart): Promise<void> {
  const file = `${name.replaceAll(/[^\w.-]+/g, "_")}.${format}`;
  switch (format) {
    case "svg":
      return download(file, new Blob([chartSvg(chart).text], { type: "image/svg+xml" }));
    case "png":
      return download(file, await chartPng(chart));
    case "csv":
      return download(file, new Blob([chartCsv(chart.lines, chart.xLabel)], { type: "text/csv" }));
    default:
      return format satisfies never;
  }
}

function download(name: string, blob: Blob): void {
  const link = document.createElement("a"), url = URL.createObjectURL(blob);
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/**
 * The lines as a table: a column for each, empty where it has no point. A line that is smoothed has both, its own values
 * first.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { chartCsv } from "./save_chart.ts";
 * const line = (label: string, x: number[], y: (number | null)[]) => ({ label, tone: "0", x, y });
 * const text = chartCsv([line("a, b", [1, 2], [0.5, null]), line("c", [2], [3])], "Epoch");
 * assertEquals(text, 'epoch,"a, b",c\n1,0.5,\n2,,3\n');
 * ```
 */
export function chartCsv(lines: readonly ChartLine[], xLabel: string): string {
  const cell = (text: string) => /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const isSmooth = (line: ChartLine) =>
    !line.isFaint && lines.some((one) => one.isFaint && nameOf(one) === nameOf(line));
  const values = lines.map(({ x, y }) => new Map(x.map((at, i) => [at, y[i] ?? null])));
  const places = [...new Set(lines.flatMap(({ x }) => x))].sort((a, b) => a - b);
  const head = lines.map((line) => `${line.label}${isSmooth(line) ? " (smoothed)" : ""}`);
  const rows = places.map((at) => [String(at), ...values.map((one) => String(one.get(at) ?? ""))]);
  return [[xLabel.toLowerCase(), ...head], ...rows].map((row) => `${row.map(cell).join()}\n`).join("");
}

interface Picture {
  readonly text: string;
  readonly width: number;
  readonly height: number;
}

/** The picture with its title and legend, in the colours that the page has now. */
function chartSvg({ svg, title, lines }: SavedChart): Picture {
  const [, , width, inner] = svg.getAttribute("viewBox")!.split(" ").map(Number) as number[];
  const page = getComputedStyle(document.body), paper = getComputedStyle(document.documentElement);
  const out = document.createElementNS(SVG, "svg"), pad = 12;
  const add = (tag: string, attributes: Readonly<Record<string, string | number>>, text = "") => {
    const mark = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) mark.setAttribute(key, String(value));
    mark.textContent = text;
    out.append(mark);
  };
  const legend = legendOf(svg, lines, width!), top = TITLE + legend.height + 8;
  const whole = { x: -pad, y: -top - pad, width: width! + 2 * pad, height: inner! + top + 2 * pad };
  out.setAttribute("viewBox", `${whole.x} ${whole.y} ${whole.width} ${whole.height}`);
  out.setAttribute("width", String(whole.width));
  out.setAttribute("height", String(whole.height));
  out.setAttribute("font-family", FONT);
  add("title", {}, title);
  add("rect", { ...whole, fill: paper.backgroundColor });
  add("text", { x: 0, y: -top + 14, fill: page.color, "font-size": 15, "font-weight": 600 }, title);
  for (const { x, y, label, line } of legend.entries) {
    const { stroke, strokeDasharray } = getComputedStyle(line), at = y - top + TITLE + 10;
    const look = { stroke, "stroke-width": 1.75, "stroke-dasharray": strokeDasharray };
    add("line", { x1: x, x2: x + SWATCH - 6, y1: at - 4, y2: at - 4, ...look });
    add("text", { x: x + SWATCH, y: at, fill: page.color, "font-size": 12 }, label);
  }
  for (const mark of svg.querySelectorAll("path, line, circle, rect, text")) {
    if (mark.matches(POINTED)) continue;
    const style = getComputedStyle(mark);
    const places = PLACES.flatMap((name) => {
      const value = mark.getAttribute(name);
      return value === null ? [] : [[name, value] as const];
    });
    const styles = STYLES.map((name) => [name, style.getPropertyValue(name)] as const);
    add(mark.tagName, Object.fromEntries([...places, ...styles]), mark.textContent ?? "");
  }
  return {
    text: new XMLSerializer().serializeToString(out),
    width: whole.width,
    height: whole.height,
  };
}

/** Where the words of the legend lie, in rows no wider than the chart. */
function legendOf(svg: SVGSVGElement, lines: readonly ChartLine[], width: number) {
  const drawn = [...svg.querySelectorAll("path.line")];
  let x = 0, row = 0;
  const entries = lines.flatMap(({ label, isFaint }, i) => {
    const line = drawn[i];
    if (isFaint || line === undefined) return [];
    const size = SWATCH + textWidth(label, 12) + GAP;
    if (x > 0 && x + size > width) [x, row] = [0, row + 1];
    const entry = { x, y: row * ROW, label, line };
    x += size;
    return [entry];
  });
  return { entries, height: (row + 1) * ROW };
}

async function chartPng(chart: SavedChart): Promise<Blob> {
  const { text, width, height } = chartSvg(chart),
    image = new Image(),
    canvas = document.createElement("canvas");
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    image.src = url;
    await image.decode();
  } finally {
    URL.revokeObjectURL(url);
  }
  canvas.width = Math.round(width * SHARPNESS);
  canvas.height = Math.round(height * SHARPNESS);
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return await new Promise((resolve, reject) =>
    canvas.toBlob((blob) => blob === null ? reject(new Error("No picture could be made")) : resolve(blob))
  );
}
