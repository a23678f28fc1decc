import { assert, assertEquals, assertThrows } from "@std/assert";
import { decode } from "fast-png";
import { DescentError } from "../../src/core/errors.ts";
import { imageGrid, type ImageGridOptions, type Images } from "../../src/plot/mod.ts";

/** The pixels of each image in a figure, as a renderer reads them. */
function pixelsOf(svg: string): readonly (readonly number[])[] {
  return [...svg.matchAll(/href="data:image\/png;base64,([^"]+)"/g)].map(([, text]) => {
    const { data, palette } = decode(Uint8Array.from(atob(text!), (character) => character.charCodeAt(0)));
    return [...data].flatMap((byte) => palette ? palette[byte]! : [byte]);
  });
}

const GREY: Images = { inputs: Uint8Array.of(0, 255, 51, 102, 1, 2, 3, 4), inputShape: [2, 2] };

Deno.test("imageGrid() shows bytes as they are, or as ink, and numbers between their extremes", () => {
  assertEquals(pixelsOf(imageGrid(GREY).svg), [[0, 255, 51, 102], [1, 2, 3, 4]]);
  assertEquals(pixelsOf(imageGrid(GREY, { rows: [0], scale: "ink" }).svg), [[255, 0, 204, 153]]);
  const numbers = { inputs: Float32Array.of(-1, 1, 0, 3), inputShape: [2, 2, 1] };
  assertEquals(pixelsOf(imageGrid(numbers).svg), [[0, 128, 64, 255]]);
  assertEquals(pixelsOf(imageGrid(numbers, { domain: [-1, 1] }).svg), [[0, 255, 128, 255]]);
  const [diverging] = pixelsOf(imageGrid(numbers, { scale: "diverging", domain: [-1, 1] }).svg);
  assertEquals(diverging!.slice(0, 6), [158, 58, 0, 0, 64, 120]);
});

Deno.test("imageGrid() shows colours, and every value with its place in the CSV", () => {
  const inputs = Uint8Array.from({ length: 12 }, (_, i) => 20 * i);
  const { svg, csv } = imageGrid({ inputs, inputShape: [1, 2, 3] });
  assertEquals(pixelsOf(svg), [[0, 20, 40, 60, 80, 100], [120, 140, 160, 180, 200, 220]]);
  const [head, first] = csv.split("\r\n");
  assert(
    head!.startsWith(
      "image,label,row 0 column 0 red,row 0 column 0 green,row 0 column 0 blue,row 0 column 1 red",
    ),
  );
  assertEquals(first, "0,,0,20,40,60,80,100");
});

Deno.test("imageGrid() names classes below images, or what it is told, and shows 32 unless rows are chosen", () => {
  const labelled = { ...GREY, targets: Uint8Array.of(1, 0), classNames: ["cat", "dog"] };
  const textsIn = (options: ImageGridOptions) =>
    [...imageGrid(labelled, options).svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
  assertEquals(textsIn({}), ["dog", "cat"]);
  assertEquals(textsIn({ rows: [1], title: "Pets" }), ["cat", "Pets"]);
  assertEquals(textsIn({ labels: ["a", "b"] }), ["a", "b"]);
  const many = { inputs: new Uint8Array(40 * 4), inputShape: [2, 2] };
  assertEquals(pixelsOf(imageGrid(many).svg).length, 32);
  assertEquals(pixelsOf(imageGrid(many, { rows: Uint32Array.of(39, 38) }).svg).length, 2);
});

Deno.test("imageGrid() refuses what is no image, a row that is not there, and a label too few", () => {
  const refusal = (images: unknown, options: unknown = {}) =>
    assertThrows(() => imageGrid(images as Images, options as ImageGridOptions), DescentError).message;
  assertEquals(
    refusal(undefined),
    "imageGrid() takes images as { inputs, inputShape }, such as a data set, got undefined",
  );
  assertEquals(
    refusal({ inputs: new Uint8Array(8), inputShape: [2, 2, 2] }),
    "Images have the shape [height,width], [height,width,1] or [height,width,3], got [2,2,2]: channels of another " +
      "number are shown one at a time",
  );
  assertEquals(
    refusal({ inputs: new Uint8Array(9), inputShape: [2, 2] }),
    "9 values are no whole number of images of [2,2]: each has 4",
  );
  assertEquals(refusal(GREY, { rows: [2] }), "There is no image 2 among 2, counted from 0");
  assertEquals(
    refusal(GREY, { labels: ["a"] }),
    "Each image that is shown has a label, but there are 1 for 2",
  );
  assertEquals(refusal(GREY, { scale: "gray" }), 'The scale of images is ink, light, diverging, got "gray"');
  assertEquals(refusal(GREY, { column: 2 }), 'imageGrid() has no option "column": did you mean columns?');
});
