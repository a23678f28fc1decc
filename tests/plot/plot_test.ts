import { DARK_RULE } from "../../src/plot/dark.ts";
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DOMParser } from "linkedom";
import { inflateSync } from "node:zlib";
import { Buffer } from "node:buffer";
import { DescentError } from "../../src/core/errors.ts";
import {
  bars,
  confusionMatrix,
  curves,
  type CurvesOptions,
  type Figure,
  type Series,
  toPng,
} from "../../src/plot/mod.ts";
import { diagram } from "../../src/plot/diagram.ts";
import { dotComparison } from "../../src/plot/dots.ts";
import { markdownTable, textTable, toCsv } from "../../src/core/text_table.ts";
import { tilePanels } from "../../src/plot/panels.ts";
import { tiles } from "../../src/plot/tiles.ts";
import { axisFor, decimalsFor, formatPlain } from "../../src/plot/axes.ts";
import { nudgeApart, stackRows } from "../../src/plot/labels.ts";
import { fitText, textWidth, wrapText } from "../../src/plot/text.ts";
import { cssColor, inkOn, OTHERS, ROLES, scaleColor } from "../../src/plot/theme.ts";
import { isolated, thin } from "../../src/plot/thin.ts";

interface XmlElement {
  readonly localName: string;
  readonly textContent: string;
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<XmlElement>;
}

function parse(svg: string): XmlElement {
  return (new DOMParser().parseFromString(svg, "image/svg+xml") as unknown as { documentElement: XmlElement })
    .documentElement;
}

function textsOf(figure: Figure): string[] {
  return Array.from(parse(figure.svg).querySelectorAll("text"), (element) => element.textContent);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

const EPOCHS = upTo(25);
const HOSTILE = `<script>alert("x")</script> & 'y' \u0000]]>`;
const SHOWN = `<script>alert("x")</script> & 'y' ]]>`;

const TWO_LINES: readonly Series[] = [
  { label: "Train", role: "train", x: EPOCHS, y: EPOCHS.map((e) => 1 - 0.1 / e) },
  { label: "Validation", role: "validation", x: EPOCHS, y: EPOCHS.map((e) => 0.9999 - 0.12 / e) },
];

function twoCurves(
  { series = TWO_LINES, ...options }: CurvesOptions & { readonly series?: readonly Series[] } = {},
): Figure {
  return curves(series, {
    name: "accuracy",
    title: "Adam on five digits",
    xLabel: "Epoch",
    yLabel: "Accuracy",
    marks: [{ x: 15, label: "best epoch 15" }, { x: 25, label: "stopped after epoch 25" }],
    ...options,
  });
}

/** One figure of each kind with every word given by the caller. */
function allKinds(word: string): Figure[] {
  const common = { name: "any", title: word, subtitle: word };
  const image = { pixels: [0, 1, 0.5, 0.25], width: 2, height: 2, label: word };
  return [
    curves([{ label: word, x: [1, 2, 3], y: [0.5, 3, 1] }], {
      ...common,
      xLabel: word,
      yLabel: word,
      yDomain: [0, 2],
      marks: [{ x: 2, label: word }],
    }),
    confusionMatrix({ classes: [word, "b"], counts: [[98, 2], [0, 100000]] }, { ...common }),
    bars([1, 2].map(() => ({ label: word, values: [{ label: word, value: 3 }] })), {
      ...common,
      yLabel: word,
    }),
    dotComparison({
      ...common,
      xLabel: word,
      rows: [{ label: word, group: word, ours: 0.5, published: 0.6 }],
    }),
    tiles({ ...common, columns: 2, scale: "diverging", images: [image, image], rowLabels: [word] }),
    tilePanels({
      ...common,
      panels: [{ title: word, columns: 2, scale: "ink", images: [image], rowLabels: [word] }],
    }),
    curves([{ label: word, x: [1, 2], y: [3, 1], band: { low: [2, -1], high: [4, NaN] } }], {
      ...common,
      xLabel: word,
      yLabel: word,
      yScale: "log",
    }),
    diagram({
      ...common,
      columns: [{ title: word, units: 784, notes: [word] }, { title: word, units: 3, masked: true }],
      links: [{ kind: "trained", label: word }],
      compared: [{ between: [0, 1], label: word }],
    }),
  ];
}

Deno.test("every kind of figure is strict XML with a size, a title and a description", async () => {
  for (const figure of allKinds("Some words")) {
    await toPng(figure.svg, { scale: 0.1 }); // resvg's parser refuses what is not XML
    const svg = parse(figure.svg);
    assertEquals(svg.localName, "svg");
    assertEquals(svg.getAttribute("xmlns"), "http://www.w3.org/2000/svg");
    assert(Number(svg.getAttribute("width")) >= 240 && Number(svg.getAttribute("height")) > 50);
    assertEquals(Array.from(svg.querySelectorAll("title"), (title) => title.textContent), ["Some words"]);
    assert([...svg.querySelectorAll("desc")][0]!.textContent.length > 20);
    assert(!/NaN|undefined|Infinity|null/.test(figure.svg), "no number is missing");
  }
});

Deno.test("hostile labels are shown as text and never become markup", async () => {
  for (const figure of allKinds(HOSTILE)) {
    await toPng(figure.svg, { scale: 0.1 });
    assertEquals([...parse(figure.svg).querySelectorAll("script")].length, 0);
    assert(!figure.svg.includes("<script"));
    assertEquals([...parse(figure.svg).querySelectorAll("title")][0]!.textContent, SHOWN);
    assert(figure.svg.includes('aria-label="&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; '));
  }
});

Deno.test("the same data gives the same bytes, however many figures were drawn before", () => {
  assertEquals(twoCurves({ yDomain: [0.9, 1] }).svg, twoCurves({ yDomain: [0.9, 1] }).svg);
  assertEquals(allKinds("w").map(({ svg }) => svg), allKinds("w").map(({ svg }) => svg));
});

Deno.test("a figure's name must be a plain file name", () => {
  assertThrows(() => twoCurves({ name: "../escape" }), DescentError, "Figure name");
  assertThrows(() => twoCurves({ name: "" }), DescentError, "Figure name");
});

Deno.test("curves() labels each line directly, in the colour of its role", () => {
  const figure = twoCurves(), texts = textsOf(figure);
  for (
    const word of ["Train", "Validation", "Epoch", "Accuracy", "best epoch 15", "stopped after epoch 25"]
  ) {
    assertEquals(texts.filter((text) => text === word).length, 1, word);
  }
  const strokes = Array.from(
    parse(figure.svg).querySelectorAll("g"),
    (group) => group.getAttribute("stroke"),
  );
  assert(strokes.includes(ROLES.train.mark) && strokes.includes(ROLES.validation.mark));
});

Deno.test("curves() keeps labels of lines that end together apart, and all words inside the page", () => {
  const series = ["Train, a long name that needs two lines", "Validation", "Test"].map((label) => ({
    label,
    x: EPOCHS,
    y: EPOCHS.map((e) => 1 - 1 / e),
  }));
  const figure = twoCurves({
    series,
    title: "Many words ".repeat(12),
    subtitle: "and more words ".repeat(12),
  });
  const svg = parse(figure.svg), width = Number(svg.getAttribute("width"));
  const texts = Array.from(svg.querySelectorAll("text")).filter((text) => text.getAttribute("x") !== null);
  assert(texts.length >= 8);
  const boxes = texts.map((text) => {
    const size = Number(text.getAttribute("font-size")), strong = text.getAttribute("font-weight") !== null;
    const wide = textWidth(text.textContent, size, strong), x = Number(text.getAttribute("x"));
    const anchor = text.getAttribute("text-anchor") ?? "middle";
    const left = anchor === "start" ? x : anchor === "end" ? x - wide : x - wide / 2;
    const y = Number(text.getAttribute("y"));
    return { text: text.textContent, left, right: left + wide, top: y - size * 0.75, bottom: y + size * 0.2 };
  });
  for (const [i, a] of boxes.entries()) {
    assert(a.left >= 0 && a.right <= width, `"${a.text}" is inside the page`);
    for (const b of boxes.slice(i + 1)) {
      const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
      assert(apart, `"${a.text}" and "${b.text}" are apart`);
    }
  }
});

Deno.test("curves() draws a single epoch as a dot, and gaps as gaps", () => {
  const one = twoCurves({ series: [{ label: "Train", x: [1], y: [0.5] }], marks: [] });
  assertEquals([...parse(one.svg).querySelectorAll("circle")].length, 1);
  const y = [0.1, NaN, 0.3, undefined, 0.5, 0.6, null, 0.8, 0.9];
  const gaps = twoCurves({ series: [{ label: "Train", x: upTo(9), y }], marks: [] });
  const path = /<path d="([^"]*)"\/>/.exec(gaps.svg.slice(gaps.svg.indexOf('aria-label="line"')))![1]!;
  assertEquals(path.split("M").length - 1, 4, "two points alone and two stretches");
  for (const figure of [one, gaps]) assert(!/NaN|undefined|Infinity/.test(figure.svg));
});

Deno.test("curves() survives equal values, no values at all, and zeros on a log axis, which it mentions", () => {
  const flat = (value: number) => ({ label: "Train", x: EPOCHS, y: EPOCHS.map(() => value) });
  for (const yScale of ["linear", "log"] as const) {
    for (const value of [1, 0, NaN, 1e-12, 1e12]) {
      const figure = twoCurves({ series: [flat(value)], marks: [], yScale });
      assert(!/NaN|undefined|Infinity/.test(figure.svg), `${yScale} ${value}`);
      const note = "25 points at zero or below: not on a log axis";
      assertEquals(textsOf(figure).includes(note), yScale === "log" && value === 0);
    }
  }
  assertEquals(
    textsOf(twoCurves({ series: [{ label: "Train", x: [], y: [] }], marks: [] })).includes("Epoch"),
    true,
  );
});

Deno.test("curves() refuses a series whose x and y differ in length", () => {
  const series = [{ label: "Train", x: [1, 2], y: [1] }];
  assertThrows(
    () => twoCurves({ series }),
    DescentError,
    '"Train" of figure "accuracy" has 2 x values but 1 y values',
  );
  assertThrows(() => twoCurves({ series: [] }), DescentError, "no series");
  assertThrows(() => twoCurves({ yScale: "log", yDomain: [0, 1] }), DescentError, "must rise from above 0");
});

Deno.test("curves() thins 32,000 points for the eye and keeps all of them in the CSV", () => {
  const x = Float64Array.from({ length: 32_000 }, (_, i) => i + 1);
  const y = x.map((epoch) => epoch === 20_011 ? 7 : Math.sin(epoch * 12.9898) * 0.1);
  const figure = twoCurves({ series: [{ label: "Train", x, y }], marks: [], xScale: "log" });
  assert(figure.svg.length < 80_000, `${figure.svg.length} characters`);
  const lines = figure.csv.trimEnd().split("\r\n");
  assertEquals(lines.length, 32_001);
  assertEquals(lines[0], "series,Epoch,Accuracy");
  assertEquals(lines[20_011], "Train,20011,7");
});

Deno.test("thin() keeps the first, lowest, highest and last point of each column, in order", () => {
  const points = Array.from({ length: 1000 }, (_, i) => ({ x: i / 500, y: Math.sin(i * 78.233 + 1) }));
  const thinned = thin(points, 1);
  assertEquals(thinned.length, 8);
  for (const column of [points.slice(0, 500), points.slice(500)]) {
    const highest = column.reduce((a, b) => b.y > a.y ? b : a),
      lowest = column.reduce((a, b) => b.y < a.y ? b : a);
    for (const kept of [column[0]!, highest, lowest, column.at(-1)!]) assert(thinned.includes(kept));
  }
  assertEquals(thinned, [...thinned].sort((a, b) => a.x - b.x));
});

Deno.test("thin() returns short lines as they are, gaps included, and isolated() finds lone points", () => {
  const gap = { x: NaN, y: NaN }, points = [{ x: 1, y: 1 }, gap, { x: 5, y: 2 }, { x: 9, y: 3 }];
  assertEquals(thin(points), points);
  assertEquals(thin([gap, ...points, gap]), points, "gaps at the ends are none");
  assertEquals(isolated(points), [{ x: 1, y: 1 }]);
});

Deno.test("log axes write plain numbers, and axes of epochs never break one", () => {
  const flat = axisFor([0.19991, 0.2], { count: 4, round: true, minSpan: 0.01 });
  assertEquals(flat.ticks.map(flat.format), [
    "0.194",
    "0.196",
    "0.198",
    "0.200",
    "0.202",
    "0.204",
    "0.206",
  ]);
  assertEquals(axisFor([0.5, 0.9], { count: 4, minSpan: 0.01 }).domain, [0.5, 0.9]);
  const log = axisFor([0.0007, 0.3, 0, -1, NaN], { type: "log", count: 4, round: true });
  assertEquals(log.ticks.map(log.format), ["0.001", "0.01", "0.1"]);
  const decade = axisFor([0.06, 0.4], { type: "log", count: 4, round: true });
  assertEquals(decade.ticks.map(decade.format), ["0.05", "0.1", "0.2", "0.5"]);
  const long = axisFor([1, 31_625], { type: "log", count: 6 });
  assertEquals(long.ticks.map(long.format), ["1", "10", "100", "1,000", "10,000"]);
  for (const last of [1, 2, 3, 4, 7, 25, 320, 31_625]) {
    const axis = axisFor([1, last], { count: 6 });
    assert(axis.ticks.length > 0 && axis.ticks.every(Number.isInteger), `1 to ${last}: ${axis.ticks}`);
    assert(axis.ticks.every((tick) => /^[\d,]+$/.test(axis.format(tick))));
  }
});

Deno.test("numbers are written as people write them", () => {
  assertEquals([0.001, 12_500, -0.25, 2e-7, 1e9, 0].map(formatPlain), [
    "0.001",
    "12,500",
    "−0.25",
    "2×10⁻⁷",
    "10⁹",
    "0",
  ]);
  assertEquals(decimalsFor([25, 320]), 0);
  assertEquals(decimalsFor([0.9847, 1]), 4);
  assertEquals(decimalsFor([0.01759, 0.0011]), 5);
  assertEquals(decimalsFor([40.7, 1 / 3]), 2);
});

Deno.test("nudgeApart() moves only what touches, keeps the order and stays inside", () => {
  assertEquals(nudgeApart([{ wish: 80, size: 10 }, { wish: 20, size: 10 }], 0, 100), [80, 20]);
  assertEquals(nudgeApart([{ wish: 2, size: 10 }, { wish: 1, size: 10 }], 0, 100), [15, 5]);
  assertEquals(nudgeApart([{ wish: 99, size: 10 }, { wish: 99, size: 20 }], 0, 100), [75, 90]);
  assertEquals(
    nudgeApart([{ wish: 50, size: 60 }, { wish: 50, size: 60 }], 0, 100),
    [30, 90],
    "as much as fits",
  );
});

Deno.test("stackRows() puts words that would meet on rows of their own", () => {
  assertEquals(stackRows([[0, 10], [5, 20], [25, 30]], 2), [0, 1, 0]);
});

Deno.test("wrapText() balances its lines and ends in an ellipsis where words are left over", () => {
  const lines = wrapText("full-batch gradient descent needs a thousand times more epochs", 300, 15);
  assertEquals(lines.length, 2);
  assert(textWidth(lines[1]!, 15) > 0.6 * textWidth(lines[0]!, 15));
  const cut = wrapText("word ".repeat(50), 100, 12);
  assert(cut.length === 2 && cut[1]!.endsWith("…") && textWidth(cut[1]!, 12) <= 100);
  assertEquals(fitText("short", 100, 12), "short");
});

Deno.test("confusionMatrix() prints counts and the share of the row, and refuses what is no square", () => {
  const figure = confusionMatrix({ classes: ["0", "2"], counts: [[759, 0], [19, 740]] }, {
    name: "c",
    title: "C",
  });
  const texts = textsOf(figure);
  for (const text of ["759", "100%", "19", "2.5%", "740", "97.5%", "True class", "Predicted class"]) {
    assert(texts.includes(text), text);
  }
  assertEquals(figure.csv, "true class,predicted 0,predicted 2\r\n0,759,0\r\n2,19,740\r\n");
  const counts = [[1, 2]];
  assertThrows(
    () => confusionMatrix({ classes: ["0", "2"], counts }, { name: "c", title: "C" }),
    DescentError,
    "2 rows",
  );
  const odd = [[1, 2], [0.5, 1]];
  assertThrows(
    () => confusionMatrix({ classes: ["0", "2"], counts: odd }, { name: "c", title: "C" }),
    DescentError,
    "whole",
  );
});

Deno.test("confusionMatrix() has square cells, with room for large counts, for 2 to 10 classes", () => {
  for (const [n, most] of [[2, 9], [5, 759], [10, 100_000]] as const) {
    const counts = Array.from({ length: n }, () => Array.from({ length: n }, () => most));
    const classes = upTo(n).map(String);
    const svg = parse(confusionMatrix({ classes, counts }, { name: "c", title: "C" }).svg);
    const cells = Array.from(svg.querySelectorAll("rect")).slice(1);
    assertEquals(cells.length, n * n);
    const size = Number(cells[0]!.getAttribute("width")), shown = most.toLocaleString("en");
    for (const cell of cells) assertEquals(cell.getAttribute("width"), cell.getAttribute("height"));
    const text = Array.from(svg.querySelectorAll("text")).find((one) => one.textContent === shown);
    const height = Number(text!.getAttribute("font-size"));
    assert(height >= 10 && textWidth(shown, height) <= size, `${n} classes: size ${height}`);
  }
});

Deno.test("words on cells contrast 4.5:1 or more, and so do the colours of labels on white", () => {
  const luminance = (color: string) => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const value = parseInt(color.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const contrast = (a: string, b: string) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high! + 0.05) / (low! + 0.05);
  };
  for (let share = 0; share <= 1; share += 1 / 64) {
    const color = scaleColor("sequential", share);
    assert(contrast(inkOn(color), cssColor(color)) >= 4.5, `share ${share}`);
  }
  for (const { text } of [...Object.values(ROLES), ...OTHERS]) assert(contrast(text, "#ffffff") >= 4.5, text);
});

Deno.test("bars() prints every value, names the groups and gives splits their colours", () => {
  const values = [{ label: "Train", value: 0.0104, low: 0.01, high: 0.011 }, {
    label: "Validation",
    value: NaN,
  }];
  const figure = bars(["32", "64"].map((label) => ({ label, values })), {
    name: "b",
    title: "B",
    yLabel: "MSE",
  });
  const texts = textsOf(figure);
  assertEquals(texts.filter((text) => text === "0.0104").length, 2);
  assertEquals(texts.filter((text) => text === "–").length, 2, "missing values are said to be missing");
  for (const text of ["32", "64", "Train", "Validation", "MSE"]) assert(texts.includes(text), text);
  const fills = Array.from(parse(figure.svg).querySelectorAll("rect"), (rect) => rect.getAttribute("fill"));
  assertEquals(fills.filter((fill) => fill === ROLES.train.mark).length, 3, "two bars and the key");
  assertEquals(figure.csv.split("\r\n")[1], "32,Train,0.0104,0.01,0.011");
  assert(!/NaN|undefined/.test(figure.svg));
  assertThrows(() => bars([], { name: "b", title: "B", yLabel: "MSE" }), DescentError, "no bars");
});

Deno.test("bars() starts at zero, whatever the values", () => {
  const baseline = (figure: Figure) => {
    const line = [...parse(figure.svg).querySelectorAll("g")].find((g) =>
      g.getAttribute("aria-label") === "rule"
    )!;
    return Number([...line.querySelectorAll("line")][0]!.getAttribute("y1"));
  };
  for (const value of [0.98, -0.3, 0]) {
    const figure = bars([{ label: "", values: [{ label: "a", value }] }], {
      name: "b",
      title: "B",
      yLabel: "v",
    });
    assert(
      textsOf(figure).some((text) => Number(text.replace("−", "-")) === 0),
      `the axis shows 0 for ${value}`,
    );
    assert(Number.isFinite(baseline(figure)));
  }
});

Deno.test("dotComparison() shows both numbers of each row, and a dash where one is missing", () => {
  const rows = [
    { label: "Adam", ours: 0.9822, low: 0.978, high: 0.986, published: 0.9847 },
    { label: "VGD", published: 0.9626 },
  ];
  const figure = dotComparison({ name: "d", title: "D", xLabel: "Accuracy", role: "validation", rows });
  const texts = textsOf(figure);
  for (const text of ["Adam", "0.9822", "0.9847", "VGD", "–", "0.9626", "ours", "published"]) {
    assert(texts.includes(text));
  }
  assertEquals(figure.csv.split("\r\n")[2], ",VGD,,,,0.9626");
  const circles = [...parse(figure.svg).querySelectorAll("circle")];
  assertEquals(circles.length, 5, "one dot, two rings, and one of each in the heading");
  const none = [{ label: "Adam" }];
  assertThrows(
    () => dotComparison({ name: "d", title: "D", xLabel: "A", rows: none }),
    DescentError,
    "no values",
  );
});

/** The grey bytes of a PNG with one byte per pixel and one IDAT chunk. */
function decodePng(uri: string, width: number): number[][] {
  const png = Buffer.from(uri.split(",")[1]!, "base64"), at = png.indexOf("IDAT");
  const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4))); // checks zlib's sum
  return Array.from(
    { length: rows.length / (width + 1) },
    (_, y) => [...rows.subarray(y * (width + 1) + 1, (y + 1) * (width + 1))],
  );
}

Deno.test("tiles() embeds each image pixel by pixel, ink on paper, and tells renderers not to blur", () => {
  const pixels = Float32Array.of(0, 0.2, 1, 2, -1, NaN);
  const figure = tiles({
    name: "t",
    title: "T",
    columns: 4,
    scale: "ink",
    domain: [0, 1],
    images: [{ pixels, width: 3, height: 2 }],
  });
  const image = [...parse(figure.svg).querySelectorAll("image")][0]!;
  assertEquals(decodePng(image.getAttribute("href")!, 3), [[255, 204, 0], [0, 255, 255]]);
  assertEquals(image.getAttribute("image-rendering"), "optimizeSpeed");
  assert(figure.svg.includes("image-rendering:pixelated"));
  assertEquals(figure.csv.split("\r\n")[1], "0,,0,0.2,1,2,-1,");
});

Deno.test("tiles() centres a diverging scale on zero and refuses images that differ in size", () => {
  const image = { pixels: [-1, 0, 2, 4], width: 2, height: 2 };
  const figure = tiles({ name: "t", title: "T", columns: 1, scale: "diverging", images: [image] });
  const uri = [...parse(figure.svg).querySelectorAll("image")][0]!.getAttribute("href")!;
  assertEquals(decodePng(uri, 2), [[96, 128], [191, 255]]);
  assert(textsOf(figure).includes("−4") && textsOf(figure).includes("4"));
  const images = [image, { ...image, width: 4, height: 1 }];
  assertThrows(
    () => tiles({ name: "t", title: "T", columns: 1, scale: "ink", images }),
    DescentError,
    "Image 1",
  );
  assertThrows(
    () => tiles({ name: "t", title: "T", columns: 0, scale: "ink", images: [image] }),
    DescentError,
    "columns",
  );
});

/** `count` images of side × side pixels from 0 to `top`. */
function ramps(count: number, side: number, top: number) {
  const pixels = Float32Array.from({ length: side * side }, (_, i) => top * i / (side * side - 1));
  return Array.from({ length: count }, (_, i) => ({ pixels, width: side, height: side, label: `${i + 1}` }));
}

Deno.test("tilePanels() shows each panel's own scale and keeps all images on the page", () => {
  const figure = tilePanels({
    name: "maps",
    title: "Maps",
    panels: [
      { title: "C1", columns: 8, scale: "ink", images: ramps(15, 20, 3) },
      { title: "S1", columns: 8, scale: "ink", images: ramps(15, 10, 2) },
      { title: "W", columns: 10, scale: "diverging", domain: [-7, 7], images: ramps(20, 3, 5) },
    ],
  });
  const texts = textsOf(figure);
  for (const word of ["C1", "S1", "W", "0", "3", "2", "−7", "7", "20"]) assert(texts.includes(word), word);
  const svg = parse(figure.svg), images = [...svg.querySelectorAll("image")];
  assertEquals(images.length, 50);
  for (const image of images) {
    const right = Number(image.getAttribute("x")) + Number(image.getAttribute("width"));
    assert(right <= Number(svg.getAttribute("width")) - 12, `${right}`);
  }
  // Each gradient has its own name, and each ramp uses its own.
  const ids = [...svg.querySelectorAll("linearGradient")].map((one) => one.getAttribute("id")!);
  assertEquals(ids, ["maps-scale-1", "maps-scale-2", "maps-scale-3"]);
  for (const id of ids) assert(figure.svg.includes(`url(#${id})`));
  const lines = figure.csv.trim().split("\r\n");
  assertEquals(lines.length, 1 + 15 * 20 + 15 * 10 + 20 * 3);
  assertEquals(lines.at(-1), "W,19,20,2,3.75,4.375,5");
  assertThrows(() => tilePanels({ name: "m", title: "M", panels: [] }), DescentError, "no panels");
  const none = [{ title: "C1", columns: 1, scale: "ink" as const, images: [] }];
  assertThrows(() => tilePanels({ name: "m", title: "M", panels: none }), DescentError, "m: C1");
});

Deno.test("curves() shades a band behind its line, within the axes, and its ends are in the CSV", () => {
  const series = { label: "Mean", x: [1, 2, 3], y: [2, 3, 4], band: { low: [1, 2, 3], high: [3, 4, 9] } };
  const figure = curves([series], { name: "band", title: "T", xLabel: "Epoch", yLabel: "Loss" });
  assert(textsOf(figure).includes("8"), "the axis holds the band");
  assertEquals(figure.csv.split("\r\n").slice(0, 2), ["series,Epoch,Loss,low,high", "Mean,1,2,1,3"]);
  assert(figure.svg.includes('fill-opacity="0.16"'));
  const plain = { label: "Plain", x: [1], y: [1] };
  const both = curves([series, plain], { name: "band", title: "T", xLabel: "E", yLabel: "L" });
  assert(both.csv.includes("Plain,1,1,,"));
  const short = { ...series, band: { low: [1], high: [3, 4, 9] } };
  assertThrows(
    () => curves([short], { name: "band", title: "T", xLabel: "E", yLabel: "L" }),
    DescentError,
    'Series "Mean" of figure "band" has 3 x values but 1 low values',
  );
});

Deno.test("toPng() gives a PNG of the asked size, the same bytes each time", async () => {
  const { svg } = twoCurves(), first = await toPng(svg), second = await toPng(svg);
  assertEquals([...first.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  assertEquals(
    new DataView(first.buffer, first.byteOffset).getUint32(16),
    2 * Number(parse(svg).getAttribute("width")),
  );
  assert(first.length > 5000 && Buffer.from(first).equals(second));
  // What is dark on a dark screen is white in print.
  const light = svg.replace(/<style>@media[^<]*<\/style>/, "");
  assert(light !== svg && Buffer.from(first).equals(await toPng(light)));
});

Deno.test("a figure's colours in the dark are those of the dashboard's dark pages", () => {
  const styles = Deno.readTextFileSync(new URL("../../static/charts.css", import.meta.url));
  const [light, dark] = styles.split("@media (prefers-color-scheme: dark)").map((part) =>
    new Map(Array.from(part.matchAll(/(--[\w-]+): (#\w+);/g), ([, name, color]) => [name!, color!]))
  ) as [Map<string, string>, Map<string, string>];
  assert(light.size === 22);
  for (const [name, color] of light) {
    // Where mark and word are of one colour, it is the mark's; and one of the inks is a tone, too.
    const isTaken = color === light.get(name.replace("-text", "")) || color === "#333333";
    const wanted = isTaken && (name.endsWith("-text") || color === "#333333") ? "" : `${dark.get(name)}}`;
    assert(DARK_RULE.includes(`[fill="${color}"]{fill:${wanted}`), name);
  }
});

Deno.test("toPng() draws text with its own font", async () => {
  const page = (text: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><text y="15">${text}</text></svg>`;
  assert((await toPng(page("word"))).length > (await toPng(page(""))).length + 100);
});

Deno.test("toPng() refuses a scale out of range and what is not SVG", async () => {
  await assertRejects(() => toPng(twoCurves().svg, { scale: 0 }), DescentError, "PNG scale must be between");
  await assertRejects(() => toPng("<svg"), DescentError, "Cannot draw the SVG");
});

Deno.test("toCsv() quotes commas, quotes and line breaks, and leaves missing numbers empty", () => {
  assertEquals(
    toCsv([["a,b", 'say "hi"', "two\nlines"], [1.5, NaN, null]]),
    '"a,b","say ""hi""","two\nlines"\r\n1.5,,\r\n',
  );
});

Deno.test("textTable() aligns words left and numbers right", () => {
  const rows = [["Adam", 25, "0.9847"], ["VGD", 31_625, undefined]];
  assertEquals(textTable({ columns: ["", "epochs", { label: "test", align: "left" }], rows }).split("\n"), [
    "      epochs  test",
    "────  ──────  ──────",
    "Adam      25  0.9847",
    "VGD    31625",
  ]);
  assertThrows(
    () => textTable({ columns: ["a"], rows: [[1, 2]] }),
    DescentError,
    "Row 0 of the table has 2 cells",
  );
});

Deno.test("markdownTable() escapes what would end a cell", () => {
  assertEquals(markdownTable({ columns: ["name", "n"], rows: [["a|b\nc", 1]] }).split("\n"), [
    "| name      |   n |",
    "| --------- | --: |",
    "| a\\|b<br>c |   1 |",
  ]);
});

Deno.test("scales begin and end in their colours", () => {
  assertEquals(cssColor(scaleColor("ink", 0)), "#ffffff");
  assertEquals(cssColor(scaleColor("ink", 1)), "#000000");
  assertEquals(cssColor(scaleColor("diverging", 0.5)), "#ffffff");
  assertEquals(scaleColor("sequential", 7), scaleColor("sequential", 1));
  assertAlmostEquals(scaleColor("ink", 0.5)[0], 128, 1);
});
