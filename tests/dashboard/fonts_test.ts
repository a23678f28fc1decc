/** The font of the pages, and addresses that may be kept for ever. */
import { assert, assertEquals } from "@std/assert";
import { FONT_NAMES, FONT_RANGES, readFont } from "../../dashboard/fonts.ts";
import { codeOf, isSource, readFiles } from "../house/sources.ts";
import { pageText, withRuns } from "./dashboard_fixtures.ts";

const SHOWN = ["src", "experiments", "components", "islands", "routes", "dashboard"];

Deno.test("the font of the pages has every character that our sources show", async () => {
  const lacking = new Map<string, string>();
  for (const [path, text] of await readFiles(SHOWN, isSource)) {
    for (const character of codeOf(text)) {
      const code = character.codePointAt(0)!;
      if (code < 0x20 || FONT_RANGES.some(([first, last]) => code >= first && code <= last)) continue;
      lacking.set(character, path);
    }
  }
  assertEquals([...lacking], []);
});

Deno.test("styles, fonts, pictures and scripts have addresses that browsers keep, and fonts are small WOFF2 files", async () => {
  for (const name of FONT_NAMES) {
    const bytes = (await readFont(name))!;
    assertEquals(new TextDecoder().decode(bytes.subarray(0, 4)), "wOF2", name);
    assert(bytes.length > 10_000 && bytes.length < 32_000, `${name} has ${bytes.length} bytes`);
  }
  await withRuns(() => {}, async (dashboard) => {
    const html = await pageText(dashboard, "/"), style = await pageText(dashboard, "/style.css");
    const named = [...html.matchAll(/(?:href|src)="(\/(?:[\w-]+\.|fonts\/|islands\/)[^"]*)"/g)].map((
      [, one],
    ) => one!);
    const fonts = [...style.matchAll(/url\("([^"]*)"\)/g)].map(([, one]) => `/${one}`);
    assertEquals([named.length, fonts.length], [6, 3]);
    assert(named.includes(fonts[0]!), "the font that is loaded ahead is not that of the style");
    const keeping = async (path: string) => {
      const { app } = dashboard, answer = await app.request(path);
      await answer.body?.cancel();
      return answer.headers.get("cache-control");
    };
    for (const path of [...named.filter((one) => !one.startsWith("/islands/")), ...fonts]) {
      assertEquals(await keeping(path), "public, max-age=31536000, immutable", path);
      // Of another version it is not known what it was.
      for (const other of [path.replace(/\?.*/, ""), `${path}0`]) {
        assertEquals(await keeping(other), "no-cache");
      }
    }
  });
});
