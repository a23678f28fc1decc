/** PNG images and folders of them. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DescentError } from "../../src/core/errors.ts";
import { type Channels, decodePng, pngHeader } from "../../src/data/decode_png.ts";
import { type ImageFolderOptions, readImageFolder } from "../../src/data/image_folder.ts";
import { withTempFolder } from "../fixtures.ts";
import { encodePng, type EncodePngOptions } from "../png_fixtures.ts";

/** An image of 2 rows and 3 columns by its samples. */
const image = (options: Omit<EncodePngOptions, "width" | "height">) =>
  encodePng({ width: 3, height: 2, ...options });
const decoded = (bytes: Uint8Array, channels: Channels) => [...decodePng(bytes, "x", channels)];

Deno.test("decodePng() scales grey samples of 1 to 16 bits to bytes", () => {
  const cases: readonly (readonly [EncodePngOptions["depth"], number[], number[]])[] = [
    [1, [0, 1, 1, 1, 0, 0], [0, 255, 255, 255, 0, 0]],
    [2, [0, 1, 2, 3, 2, 1], [0, 85, 170, 255, 170, 85]],
    [4, [0, 1, 7, 8, 14, 15], [0, 17, 119, 136, 238, 255]],
    [8, [0, 1, 127, 128, 254, 255], [0, 1, 127, 128, 254, 255]],
    [16, [0, 128, 129, 257, 0x7fff, 65535], [0, 0, 1, 1, 127, 255]],
  ];
  for (const [depth, samples, bytes] of cases) {
    const file = image({ depth, colourType: 0, samples });
    assertEquals(decoded(file, 1), bytes);
    assertEquals(decoded(file, 3), bytes.flatMap((byte) => [byte, byte, byte]));
    assertEquals(pngHeader(file, "x"), { width: 3, height: 2, isColour: false });
  }
});

Deno.test("decodePng() reads colour, its grey by Rec. 601, and alpha where it is asked for", () => {
  const colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [9, 9, 9], [10, 20, 30]];
  const greys = [76, 150, 29, 255, 9, 18], alphas = [0, 1, 2, 128, 254, 255];
  const rgb = image({ depth: 8, colourType: 2, samples: colours.flat() });
  assertEquals([decoded(rgb, 3), decoded(rgb, 1)], [colours.flat(), greys]);
  assertEquals(decoded(rgb, 4), colours.flatMap((colour) => [...colour, 255]));
  const withAlpha = colours.flatMap((colour, i) => [...colour, alphas[i]!]);
  const rgba = image({ depth: 8, colourType: 6, samples: withAlpha });
  assertEquals([decoded(rgba, 4), decoded(rgba, 3), decoded(rgba, 1)], [withAlpha, colours.flat(), greys]);
  const deep = image({ depth: 16, colourType: 6, samples: withAlpha.map((sample) => sample * 257) });
  assertEquals([decoded(deep, 4), decoded(deep, 3)], [withAlpha, colours.flat()]);
  const greyAlpha = image({
    depth: 8,
    colourType: 4,
    samples: greys.flatMap((grey, i) => [grey, alphas[i]!]),
  });
  assertEquals(decoded(greyAlpha, 1), greys);
  assertEquals(decoded(greyAlpha, 4), greys.flatMap((grey, i) => [grey, grey, grey, alphas[i]!]));
  assertEquals([rgb, rgba, greyAlpha].map((file) => pngHeader(file, "x").isColour), [true, true, false]);
});

Deno.test("decodePng() looks palettes up, of 1 to 8 bits, with their alpha", () => {
  const palette = [1, 2, 3, 40, 50, 60], samples = [1, 0, 0, 1, 1, 0];
  for (const depth of [1, 2, 4, 8] as const) {
    const file = image({ depth, colourType: 3, samples, palette, transparency: [7] });
    assertEquals(decoded(file, 3), samples.flatMap((at) => palette.slice(3 * at, 3 * at + 3)));
    assertEquals(
      decoded(file, 4),
      samples.flatMap((at) => [...palette.slice(3 * at, 3 * at + 3), at ? 255 : 7]),
    );
    assertEquals(pngHeader(file, "x").isColour, true);
  }
  const beyond = image({ depth: 2, colourType: 3, samples: [0, 1, 2, 0, 0, 0], palette });
  assertEquals(assertThrows(() => decodePng(beyond, "x", 3), DescentError).message, DAMAGED);
});

Deno.test("decodePng() makes the one transparent colour of an image transparent, and no other", () => {
  const grey = image({ depth: 4, colourType: 0, samples: [0, 5, 5, 15, 0, 0], transparency: [0, 5] });
  assertEquals(decoded(grey, 4).filter((_, i) => i % 4 === 3), [255, 0, 0, 255, 255, 255]);
  const samples = [1, 2, 3, 1, 2, 4, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0];
  const rgb = image({ depth: 8, colourType: 2, samples, transparency: [0, 1, 0, 2, 0, 3] });
  assertEquals(decoded(rgb, 4).filter((_, i) => i % 4 === 3), [0, 255, 255, 0, 255, 255]);
  assertEquals(decoded(rgb, 3), samples);
});

const DAMAGED = "x is a damaged PNG file: it cannot be unpacked; copy or download it again";

Deno.test("pngHeader() and decodePng() say what is wrong with a file", () => {
  const whole = image({ depth: 8, colourType: 0, samples: [1, 2, 3, 4, 5, 6] });
  const messageOf = (bytes: Uint8Array) =>
    assertThrows(() => {
      pngHeader(bytes, "x");
      decodePng(bytes, "x", 1);
    }, DescentError).message;
  assertEquals(
    messageOf(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)),
    "x is no PNG file: it begins with ff d8 ff e0, as a JPEG image does",
  );
  assertEquals(messageOf(new Uint8Array()), "x is no PNG file: it is empty");
  for (const bytes of [whole.slice(0, 20), whole.slice(0, -1), whole.slice(0, -13), whole.with(45, 9)]) {
    assertEquals(messageOf(bytes), DAMAGED);
  }
  assertEquals(
    messageOf(image({ depth: 4, colourType: 0, samples: [0, 0, 0, 0, 0, 0], interlace: 1 })),
    "x is interlaced with 4 bits a sample, which is not read; save it without interlacing",
  );
  assertEquals(
    messageOf(encodePng({ width: 2 ** 14, height: 2 ** 13, depth: 1, colourType: 0, samples: [] })),
    "x has 8192 × 16384 pixels, more than the 67108864 that are read; make it smaller",
  );
});

const grey = (value: number) => image({ depth: 8, colourType: 0, samples: Array(6).fill(value) });
const red = image({ depth: 8, colourType: 2, samples: Array(6).fill([200, 0, 0]).flat() });

async function write(folder: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    await Deno.mkdir(join(folder, name, ".."), { recursive: true });
    await Deno.writeFile(join(folder, name), bytes);
  }
}

async function messageOf(folder: string, options?: ImageFolderOptions): Promise<string> {
  return (await assertRejects(() => readImageFolder(folder, options), DescentError)).message;
}

Deno.test("readImageFolder() makes a class of each folder, in the order of their names", () =>
  withTempFolder(async (folder) => {
    await write(folder, {
      "dog/b.png": grey(4),
      "cat/10.PNG": grey(1),
      "cat/9.png": grey(2),
      "dog/a.png": grey(3),
      "cat/.DS_Store": new Uint8Array(3),
      "notes.txt": new Uint8Array(3),
      ".git/x.png": grey(9),
    });
    const set = await readImageFolder(folder);
    assertEquals(set, {
      inputs: Uint8Array.from([1, 2, 3, 4].flatMap((value) => Array(6).fill(value))),
      inputShape: [2, 3],
      targets: Uint8Array.of(0, 0, 1, 1),
      classNames: ["cat", "dog"],
      files: ["cat/10.PNG", "cat/9.png", "dog/a.png", "dog/b.png"].map((name) => join(folder, name)),
    });
  }));

Deno.test("readImageFolder() reads grey and colour alike where channels says so", () =>
  withTempFolder(async (folder) => {
    await write(folder, { "a/1.png": red, "b/1.png": grey(7) });
    const colour = await readImageFolder(folder, { channels: 3 });
    assertEquals([colour.inputShape, [...colour.inputs.subarray(15, 21)]], [[2, 3, 3], [200, 0, 0, 7, 7, 7]]);
    const one = await readImageFolder(folder, { channels: 1 });
    assertEquals([one.inputShape, [...one.inputs.subarray(5, 7)]], [[2, 3], [60, 7]]);
    assertEquals((await readImageFolder(folder, { channels: 4 })).inputShape, [2, 3, 4]);
    assertEquals(
      await messageOf(folder),
      `${join(folder, "b/1.png")} is grey, but ${join(folder, "a/1.png")} is in colour; read all alike, ` +
        "{ channels: 1 } or { channels: 3 }",
    );
  }));

Deno.test("readImageFolder() reads later images by the classes and the size of the training images", () =>
  withTempFolder(async (folder) => {
    await write(folder, { "dog/1.png": grey(4) });
    const set = await readImageFolder(folder, { classNames: ["cat", "dog", "owl"], size: [2, 3] });
    assertEquals([set.targets, set.classNames], [Uint8Array.of(1), ["cat", "dog", "owl"]]);
    assertEquals(
      await messageOf(folder, { classNames: ["cat", "owl"] }),
      `${join(folder, "dog")} is the folder of no class: the classes are cat, owl`,
    );
    assertEquals(
      await messageOf(folder, { size: [28, 28] }),
      `${join(folder, "dog/1.png")} has 2 × 3 pixels, but 28 × 28 are expected; give all images one size`,
    );
  }));

Deno.test("readImageFolder() names the file or folder that is not as it should be", () =>
  withTempFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    assertEquals(await messageOf(at("a")), `There is no folder "${at("a")}"; check the path`);
    assertEquals(
      await messageOf(folder),
      `The folder "${folder}" holds no folders; give each class a folder of its PNG images`,
    );
    await write(folder, { "cat/1.png": grey(1) });
    const cases: readonly (readonly [string, Uint8Array, string])[] = [
      ["2.png", grey(1), `${at("2.png")} lies in no class's folder; move it into one, such as "cat"`],
      [
        "cat/2.jpg",
        red,
        `${at("cat/2.jpg")} is no PNG file by its name; convert it, or keep it outside the folder of a class`,
      ],
      ["cat/2/3.png", red, `${at("cat/2")} is a folder within the folder of a class; move its images up`],
      [
        "dog/2.png",
        encodePng({ width: 2, height: 3, depth: 8, colourType: 0, samples: [1, 2, 3, 4, 5, 6] }),
        `${at("dog/2.png")} has 3 × 2 pixels, but ${
          at("cat/1.png")
        } has 2 × 3 pixels; give all images one size`,
      ],
      [
        "dog/2.png",
        Uint8Array.of(0xff, 0xd8, 0xff),
        `${at("dog/2.png")} is no PNG file: it begins with ff d8 ff, as a JPEG image does`,
      ],
    ];
    for (const [name, bytes, message] of cases) {
      await write(folder, { [name]: bytes });
      assertEquals(await messageOf(folder), message);
      await Deno.remove(at(name.split("/").slice(0, 2).join("/")), { recursive: true });
    }
    assertEquals(await messageOf(folder), `The folder "${at("dog")}" holds no images; fill it or remove it`);
  }));

Deno.test("readImageFolder() checks its options", async () => {
  const wrong = (options: object) => messageOf("no/folder", options);
  assertEquals(
    await wrong({ channel: 1 }),
    'readImageFolder() has no option "channel": did you mean channels?',
  );
  assertEquals(
    await wrong({ channels: 2 }),
    "Images have 1 channel (grey), 3 (colour) or 4 (colour and alpha), got 2",
  );
  assertEquals(await wrong({ size: 28 }), "The size of images is [height, width], such as [28, 28], got 28");
  assertEquals(await wrong({ classNames: [] }), "The classNames are a list of names of folders, got []");
});
