import { assert, assertEquals, assertThrows } from "@std/assert";
import { DOMParser } from "linkedom";
import { DescentError } from "../../src/core/errors.ts";
import { layoutUnits } from "../../src/plot/diagram_parts.ts";
import { diagram, type DiagramOptions } from "../../src/plot/diagram.ts";
import { toPng } from "../../src/plot/mod.ts";

const AUTOENCODER: DiagramOptions = {
  name: "autoencoder",
  title: "An autoencoder",
  columns: [
    { title: "Input", units: 784 },
    { title: "Corrupted", units: 784, notes: ["corruption_1", "10% masked"], masked: true },
    { title: "Code", units: 900, notes: ["dense_2", "sigmoid"] },
    { title: "Output", units: 784, notes: ["tied_dense_3"] },
  ],
  links: [{ kind: "each" }, { kind: "trained", label: "W" }, { kind: "trained", label: "W′" }],
  tied: [{ between: [1, 2], label: "the same weights" }],
  compared: [{ between: [0, 3], label: "cross-entropy" }],
};

function elements(svg: string, selector: string): readonly { readonly textContent: string }[] {
  const { documentElement } = new DOMParser().parseFromString(svg, "image/svg+xml") as unknown as {
    documentElement: { querySelectorAll(selector: string): Iterable<{ readonly textContent: string }> };
  };
  return [...documentElement.querySelectorAll(selector)];
}

Deno.test("a diagram names every column, link and bracket, and is a picture that resvg draws", async () => {
  const { svg } = diagram(AUTOENCODER);
  const texts = elements(svg, "text").map(({ textContent }) => textContent);
  assertEquals(texts, [
    "Input",
    "784",
    "Corrupted",
    "784",
    "corruption_1",
    "10% masked",
    "Code",
    "900",
    "dense_2",
    "sigmoid",
    "Output",
    "784",
    "tied_dense_3",
    "W",
    "W′",
    "the same weights",
    "cross-entropy",
    "An autoencoder",
  ]);
  assert(!/NaN|undefined|Infinity/.test(svg));
  assert((await toPng(svg, { scale: 0.25 })).length > 500);
});

Deno.test("columns of a diagram are as high beside each other as they are wide, with dots for what is left out", () => {
  const shown = (units: readonly number[]) =>
    layoutUnits(units.map((count) => ({ units: count })), { top: 0, at: (i) => 10 * i }).columns
      .map(({ ys, elided }) => [ys.length, elided !== null]);
  assertEquals(shown([784, 900, 400]), [[8, true], [9, true], [4, true]]);
  assertEquals(shown([900, 10, 2, 1]), [[9, true], [3, true], [2, false], [1, false]]);
  assertEquals(shown([4, 3, 1]), [[4, false], [3, false], [1, false]]);
});

Deno.test("units of a diagram never overlap, and the gap for what is left out is in the middle", () => {
  const { columns, top, bottom } = layoutUnits([{ units: 784 }, { units: 625 }], {
    top: 100,
    at: (i) => 50 * i,
  });
  for (const { ys, elided } of columns) {
    const places = [...ys, elided!].sort((a, b) => a - b);
    const gaps = places.slice(1).map((y, i) => y - places[i]!);
    assert(gaps.every((gap) => Math.abs(gap - gaps[0]!) < 1e-9 && gap > 12));
    assertEquals(ys.filter((y) => y < elided!).length, Math.ceil(ys.length / 2));
    assert(places[0]! > top && places.at(-1)! < bottom);
  }
});

Deno.test("masked units of a diagram are struck out and give nothing to the next column", () => {
  const pathsOf = (masked: boolean) => {
    const { svg } = diagram({
      name: "masked",
      title: "Masked",
      columns: [{ title: "In", units: 4, masked }, { title: "Out", units: 3 }],
      links: [{ kind: "trained" }],
    });
    const fan = /d="([^"]*)"[^>]*stroke-opacity/.exec(svg)![1]!;
    return { lines: fan.split("M").length - 1, dashed: svg.split("stroke-dasharray").length - 1 };
  };
  assertEquals(pathsOf(false), { lines: 12, dashed: 0 });
  assertEquals(pathsOf(true), { lines: 9, dashed: 1 });
});

Deno.test("what is trained and what is kept are told apart by a key only where a diagram has both", () => {
  const withLinks = (first: "trained" | "fixed") =>
    diagram({
      ...AUTOENCODER,
      links: [{ kind: first }, { kind: "trained" }, { kind: "trained" }],
    });
  assert(!withLinks("trained").svg.includes("trained before"));
  assert(withLinks("fixed").svg.includes("trained before"));
});

Deno.test("the CSV of a diagram holds all that is drawn", () => {
  assertEquals(diagram(AUTOENCODER).csv.trim().split(/\r?\n/), [
    "part,from,to,name,units",
    "column,0,0,Input,784",
    "column,1,1,Corrupted; corruption_1; 10% masked,784",
    "column,2,2,Code; dense_2; sigmoid,900",
    "column,3,3,Output; tied_dense_3,784",
    "each,0,1,,",
    "trained,1,2,W,",
    "trained,2,3,W′,",
    "tied links,1,2,the same weights,",
    "compared columns,0,3,cross-entropy,",
  ]);
});

Deno.test("a diagram refuses links, units and brackets that do not fit, in a sentence", () => {
  const refused = (change: Partial<DiagramOptions>, words: string) => {
    assertThrows(() => diagram({ ...AUTOENCODER, ...change }), DescentError, words);
  };
  refused({ columns: AUTOENCODER.columns.slice(0, 1), links: [] }, "needs two columns or more, got 1");
  refused({ links: [] }, "has 0 links for 4 columns");
  refused(
    { columns: [{ title: "Empty", units: 0 }, ...AUTOENCODER.columns.slice(1)] },
    '"Empty" must have 1',
  );
  refused({ tied: [{ between: [1, 3], label: "" }] }, "positions 1,3 must rise from 0 to 2");
  refused({ compared: [{ between: [2, 2], label: "" }] }, "positions 2,2 must rise from 0 to 3");
});
