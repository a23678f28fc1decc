/**
 * The few parts of the Document Object Model that figures are made of, and SVG written as XML. They are declared
 * here because the same code runs on a browser's document and on linkedom's.
 */

export interface SvgNode {
  readonly nodeType: number;
  readonly nodeValue: string | null;
  readonly childNodes: ArrayLike<SvgNode>;
}

export interface SvgElement extends SvgNode {
  readonly localName: string;
  readonly attributes: ArrayLike<{ readonly name: string; readonly value: string }>;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  getAttribute(name: string): string | null;
  appendChild(child: SvgNode): SvgNode;
  insertBefore(child: SvgNode, before: SvgNode | null): SvgNode;
  removeChild(child: SvgNode): SvgNode;
  textContent: string | null;
}

/** A browser's `document` is one. */
export interface SvgDocument {
  createElementNS(namespace: string, name: string): SvgElement;
}

/** A drawing under way: Observable Plot's marks below, our own text above. */
export interface Sheet {
  readonly document: SvgDocument;
  readonly svg: SvgElement;
}

const SVG = "http://www.w3.org/2000/svg";
/** `nodeType` of elements. */
export const ELEMENT = 1;
const TEXT = 3;

async function findDocument(): Promise<SvgDocument> {
  const { document } = globalThis as unknown as { document?: SvgDocument };
  if (document) return document;
  // Fetched only where there is none, so that a page never loads it.
  const { parseHTML } = await import("linkedom");
  return (parseHTML("<!doctype html><html></html>") as unknown as { document: SvgDocument }).document;
}

/** The page's own document, or linkedom's where there is no page. */
export const defaultDocument: SvgDocument = await findDocument();

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Coordinates with two decimals: a hundredth of a unit is not visible, and files stay small. */
export function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Appends an SVG element to `parent` and returns it. */
export function append(
  document: SvgDocument,
  parent: SvgElement,
  name: string,
  attributes: Attributes,
  text?: string,
): SvgElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) {
      element.setAttribute(key, String(typeof value === "number" ? round2(value) : value));
    }
  }
  if (text !== undefined) element.textContent = text;
  parent.appendChild(element);
  return element;
}

/** Lines of text below each other; `y` is the baseline of the first. */
export function appendLines(
  document: SvgDocument,
  parent: SvgElement,
  lines: readonly string[],
  attributes: Attributes & { readonly x: number; readonly y: number },
  lineHeight: number,
): void {
  lines.forEach((line, i) => {
    append(document, parent, "text", { ...attributes, y: attributes.y + i * lineHeight }, line);
  });
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Characters that XML 1.0 cannot hold, even escaped. */
function isForbidden(code: number): boolean {
  return (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) || code === 0xfffe ||
    code === 0xffff;
}

/** Escapes text for XML and drops the characters that XML cannot hold at all. */
export function escapeXml(text: string): string {
  let out = "";
  for (const character of text.toWellFormed()) {
    if (!isForbidden(character.codePointAt(0)!)) out += ENTITIES[character] ?? character;
  }
  return out;
}

/** Attributes that hold coordinates. */
const GEOMETRY = new Set([
  "x",
  "y",
  "x1",
  "x2",
  "y1",
  "y2",
  "cx",
  "cy",
  "r",
  "width",
  "height",
  "d",
  "transform",
]);

function attributeXml(name: string, value: string): string {
  const shown = GEOMETRY.has(name)
    ? value.replaceAll(/-?\d+\.\d{3,}/g, (digits) => String(round2(Number(digits))))
    : value;
  return ` ${name}="${escapeXml(shown)}"`;
}

/** An element and all below it as XML. Attributes are sorted, so that every document writes the same bytes. */
export function serialize(element: SvgElement): string {
  const attributes = Array.from(element.attributes, ({ name, value }) => attributeXml(name, value))
    .sort();
  const children = Array.from(element.childNodes, (child) => {
    if (child.nodeType === ELEMENT) return serialize(child as SvgElement);
    return child.nodeType === TEXT ? escapeXml(child.nodeValue ?? "") : "";
  }).join("");
  const open = `<${element.localName}${attributes.join("")}`;
  return children === "" ? `${open}/>` : `${open}>${children}</${element.localName}>`;
}
