/** PNG files changed at random: each is refused in a sentence, or holds the image that it held. */
import { assert, assertEquals } from "@std/assert";
import { decodePng, pngHeader } from "../../src/data/decode_png.ts";
import { longOr } from "../fixtures.ts";
import { attempt, drawsOf, MUTATIONS } from "../mutations.ts";
import { encodePng } from "../png_fixtures.ts";

const SAMPLES = Array.from({ length: 5 * 4 * 3 }, (_, i) => (i * i) % 256);
const FILES = [
  encodePng({
    width: 5,
    height: 4,
    depth: 8,
    colourType: 2,
    samples: SAMPLES,
    transparency: [0, 1, 0, 4, 0, 9],
  }),
  encodePng({
    width: 10,
    height: 6,
    depth: 4,
    colourType: 3,
    samples: SAMPLES.map((sample) => sample % 16),
    palette: SAMPLES.slice(0, 48),
  }),
  encodePng({
    width: 6,
    height: 5,
    depth: 16,
    colourType: 4,
    samples: SAMPLES.map((sample) => 250 * sample),
  }),
];

Deno.test("a PNG file that was changed is refused, or holds the image that it held", async () => {
  const ways = Object.entries(MUTATIONS), count = longOr(1000, 20_000);
  const pixels = FILES.map((bytes) => decodePng(bytes, "x", 4));
  let refused = 0;
  for (let index = 0; index < count; index++) {
    const [name, mutate] = ways[index % ways.length]!, title = `mutation ${index}, ${name}`, at = index % 3;
    const bytes = mutate(FILES[at]!, drawsOf(index));
    const found = await attempt(() => {
      pngHeader(bytes, "x");
      return decodePng(bytes, "x", 4);
    }, title);
    if (found === undefined) refused++;
    else assertEquals(found, pixels[at], title);
  }
  assert(refused > count / 2 && refused < count, `${refused} of ${count} were refused`);
});
