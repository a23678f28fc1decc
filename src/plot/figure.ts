/** What a figure is, and what all figures share: the page, the heading, the font, and words for the blind. */
import * as Plot from "@observablehq/plot";
import { shownAs } from "../core/display.ts";
import { DARK_RULE } from "./dark.ts";
import { require } from "../core/errors.ts";
import type { OptionNames } from "../core/option_names.ts";
import {
  append,
  defaultDocument,
  ELEMENT,
  round2,
  serialize,
  type Sheet,
  type SvgDocument,
  type SvgElement,
} from "./dom.ts";
import { drawHeading, type Heading } from "./heading.ts";
import { FONT_FAMILY, INK, SIZE } from "./theme.ts";

/** A picture and the numbers in it. As the last value of a notebook's cell it shows itself. */
export interface Figure {
  /** File name without its ending. */
  readonly name: string;
  /** A whole SVG document, which is also a fragment that a page can hold. */
  readonly svg: string;
  /** Every number that was drawn, before thinning (RFC 4180). */
  readonly csv: string;
}

/** What every kind of figure may be asked with. */
export interface FigureOptions {
  /** File name without its ending: letters, digits, `.`, `_` and `-`. Default: what kind of figure it is. */
  readonly name?: string;
  /** Above the figure, in bold; without it there is none. */
  readonly title?: string;
  /** Below the title. */
  readonly subtitle?: string;
}

/** Options of a figure that has both a name and a title. */
export interface TitledOptions extends FigureOptions {
  readonly name: string;
  readonly title: string;
}

/** The names of the options that every kind of figure has. */
export const FIGURE_NAMES: OptionNames<FigureOptions> = {
  name: true,
  title: true,
  subtitle: true,
};

/** Options with the name of their kind where they have none. */
export function titled<T extends FigureOptions>(kind: string, options: T): T & TitledOptions {
  const { name = kind, title = "" } = options;
  checkName(name);
  return { ...options, name, title };
}

/** Refuses names that are no plain file names. */
export function checkName(name: string): void {
  require(
    /^[\w][\w.-]*$/.test(name),
    `Figure name ${
      JSON.stringify(name)
    } must be letters, digits, ".", "_" and "-", starting with a letter or digit`,
  );
}

/** An element and all elements below it. */
function* elementsOf(element: SvgElement): Generator<SvgElement> {
  yield element;
  for (const child of Array.from(element.childNodes)) {
    if (child.nodeType === ELEMENT) yield* elementsOf(child as SvgElement);
  }
}

const CLIP_ROOM = 4;

function widen(rect: SvgElement, room: number): void {
  if (rect.localName !== "rect") return;
  rect.setAttribute("x", String(Number(rect.getAttribute("x")) - room));
  rect.setAttribute("width", String(Number(rect.getAttribute("width")) + 2 * room));
}

/**
 * Lets Observable Plot draw axes and marks, and tidies up after it: the style sheet goes, because a figure carries
 * its looks as attributes, and clip paths are named after the figure, not after how many Plot made before. They
 * are made wider, too, so that dots at the first and the last epoch stay whole.
 *
 * @internal
 */
export function startSheet(
  options: Plot.PlotOptions,
  { name }: Pick<TitledOptions, "name">,
): Sheet {
  const document = defaultDocument;
  const svg = Plot.plot({
    axis: null, // axes are marks here; Plot would add its own to scales that have none
    ...options,
    document: document as unknown as Plot.PlotOptions["document"],
  }) as unknown as SvgElement;
  svg.removeAttribute("class");
  const clips = new Map<string, string>();
  for (const element of elementsOf(svg)) {
    for (const child of Array.from(element.childNodes)) {
      if (child.nodeType === ELEMENT && (child as SvgElement).localName === "style") {
        element.removeChild(child);
      }
    }
    const id = element.getAttribute("id");
    if (id) {
      clips.set(id, `${name}-clip-${clips.size + 1}`);
      element.setAttribute("id", clips.get(id)!);
    }
    if (element.localName === "clipPath") {
      for (const rect of elementsOf(element)) widen(rect, CLIP_ROOM);
    }
    const clip = /^url\(#(.*)\)$/.exec(element.getAttribute("clip-path") ?? "")?.[1];
    if (clip) element.setAttribute("clip-path", `url(#${clips.get(clip) ?? clip})`);
  }
  return { document, svg };
}

/** How Plot writes the numbers of an axis, and its thin ticks. */
export const TICKS = {
  label: null,
  fontSize: SIZE.tick,
  fill: INK.text,
  stroke: INK.axis,
  strokeWidth: 0.75,
} as const;

/**
 * Finishes a drawing: namespace, a page that is white or, on a dark screen, dark, font, and `<title>` and `<desc>` for screen readers.
 *
 * @param element an `<svg>` element with `width` and `height`
 */
export function renderSvg(
  element: SvgElement,
  { title, description, document = defaultDocument }: {
    title: string;
    description: string;
    document?: SvgDocument;
  },
): string {
  const width = Number(element.getAttribute("width")), height = Number(element.getAttribute("height"));
  const fixed = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${round2(width)} ${round2(height)}`,
    "font-family": FONT_FAMILY,
    "font-size": SIZE.tick,
    fill: INK.text,
    color: INK.axis,
    role: "img",
    "aria-label": title,
  };
  for (const [name, value] of Object.entries(fixed)) element.setAttribute(name, String(value));
  const before = element.childNodes[0] ?? null;
  for (const [name, text] of [["title", title], ["desc", description]] as const) {
    element.insertBefore(append(document, element, name, {}, text), before);
  }
  const page = append(document, element, "rect", { width, height, fill: INK.paper });
  element.insertBefore(page, before);
  append(document, element, "style", {}, DARK_RULE);
  return serialize(element);
}

/** Puts heading, drawing and numbers together. */
export function finishFigure(
  sheet: Sheet,
  options: TitledOptions,
  { heading, description, csv }: { heading: Heading; description: string; csv: string },
): Figure {
  drawHeading(sheet, heading);
  const { name, title } = options;
  const svg = renderSvg(sheet.svg, { title: title || description, description, document: sheet.document });
  return shownAs({ name, svg, csv }, () => ({
    "image/svg+xml": svg,
    "text/plain": title === "" ? description : `${title}. ${description}`,
  }));
}
