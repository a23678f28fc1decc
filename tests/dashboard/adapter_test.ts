/** The adapter serves what it serves as Fresh 2 would, refuses the rest by name, and its guard holds around either. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { checked, matchRoute, patternOf, sortPatterns } from "../../dashboard/routes.ts";
import { guard } from "../../dashboard/security.ts";
import { DescentError } from "../../src/core/errors.ts";
import { pageText, withRuns, writeRun } from "./dashboard_fixtures.ts";

/** Of the paths of modules, the one that has an address, and its parameters. */
function found(paths: readonly string[], pathname: string) {
  const routes = sortPatterns(paths.map((path) => ({ path, pattern: patternOf(path)! })))
    .map((route) => ({ ...route, matcher: new URLPattern({ pathname: route.pattern }) }));
  const match = matchRoute(routes, pathname);
  return match && [match.route.path, match.params];
}

Deno.test("addresses follow the files of routes/ as Fresh 2 reads them", () => {
  const patterns = {
    "index.tsx": "/",
    "runs/[id]/index.tsx": "/runs/:id",
    "index/index.tsx": "/index",
    "a/index/b.ts": "/a/index/b",
    "worker.js.ts": "/worker.js",
    "[...rest].jsx": "/:rest*",
    "runs/a_test.ts": undefined,
    "runs/a.test.tsx": undefined,
    "notes.md": undefined,
    "_app.tsx": undefined,
  };
  assertEquals(
    Object.fromEntries(Object.keys(patterns).map((path) => [path, patternOf(path)])),
    patterns,
  );
  const paths = ["runs/[...path].ts", "runs/[id]/index.tsx", "runs/all.tsx", "[...rest].tsx"];
  assertEquals(found(paths, "/runs/all"), ["runs/all.tsx", {}]);
  // A slash at the end is forgiven on fixed addresses alone.
  assertEquals(found(paths, "/runs/all/"), ["runs/all.tsx", {}]);
  assertEquals(found(["runs/[id].tsx"], "/runs/a/"), undefined);
  assertEquals(found(paths, "/runs/a%23b%20c"), ["runs/[id]/index.tsx", { id: "a%23b c" }]);
  assertEquals(found(paths, "/runs/a/b"), ["runs/[...path].ts", { path: "a/b" }]);
  assertEquals(found(paths, "/runs"), ["runs/[...path].ts", { path: "" }]);
  assertEquals(found(paths, "/elsewhere"), ["[...rest].tsx", { rest: "elsewhere" }]);
});

Deno.test("names of routes that Fresh serves in another way are refused, and so are modules", () => {
  for (
    const path of [
      "[[id]].tsx",
      "[a]-[b].tsx",
      "x[id].tsx",
      "(group)/a.tsx",
      "(_islands)/a.tsx",
      "_middleware.ts",
      "runs/_layout.tsx",
      "runs/_app.tsx",
      "runs/_error.tsx",
      "_404.tsx",
      "_500.tsx",
      "_x.tsx",
      "[...rest]/a.tsx",
      "a b.tsx",
      "a+.tsx",
      ".hidden.tsx",
    ]
  ) {
    assertStringIncludes(assertThrows(() => patternOf(path), DescentError).message, `routes/${path}`);
  }
  const twice = ["a.tsx", "a/index.tsx"].map((path) => ({ path, pattern: patternOf(path)! }));
  assertThrows(() => sortPatterns(twice), DescentError, "routes/a.tsx and routes/a/index.tsx");
  const Page = () => null;
  assertEquals(checked("a.tsx", { default: Page, paths: Page }).default, Page);
  const modules = {
    neither: { title: "A" },
    "is async": { default: async () => await Promise.resolve(null) },
    config: { default: Page, config: { routeOverride: "/b" } },
    list: { handler: [() => new Response()] },
  };
  for (const [word, module] of Object.entries(modules)) {
    assertThrows(() => checked("a.tsx", module), DescentError, word);
  }
});

Deno.test("each island has the script of two lines that wakes it on the adapter", async () => {
  const names = async (folder: string) =>
    (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name.replace(/\.tsx?$/, ""))).sort();
  const islands = await names("islands");
  assertEquals(await names("dashboard/entries"), islands.map((name) => `wake_${name}`));
  for (const name of islands) {
    const entry = await Deno.readTextFile(`dashboard/entries/wake_${name}.ts`);
    assertStringIncludes(entry, `from "../../islands/${name}.tsx"`);
    assertStringIncludes(entry, `wake("${name}", `);
  }
});

Deno.test("the guard lets a script of Fresh's run by its nonce, and asks for HEAD without leaking a body", async () => {
  let left = 0;
  const methods: string[] = [];
  const fetch = guard(({ method, url }: Request) => {
    methods.push(method);
    if (url.endsWith("/broken")) throw new Error("on purpose");
    const answer = new Response(new ReadableStream({ cancel: () => void left++ }));
    return Object.assign(answer, { [Symbol.for("__freshNonce")]: "c2VjcmV0" });
  });
  const ask = (path: string, method = "GET") => fetch(new Request(`http://127.0.0.1${path}`, { method }));
  const answer = await ask("/");
  assertStringIncludes(
    answer.headers.get("content-security-policy")!,
    "script-src 'self' 'nonce-c2VjcmV0'; style-src 'self';",
  );
  for (let i = 0; i < 70; i++) assertEquals((await ask("/", "HEAD")).body, null);
  assertEquals([left, new Set(methods)], [70, new Set(["GET"])]);
  const { error } = console;
  console.error = () => {};
  try {
    const broken = await ask("/broken");
    assertEquals([broken.status, broken.headers.get("x-frame-options")], [500, "DENY"]);
    assertEquals(await broken.text(), "Something went wrong here; the terminal says more\n");
  } finally {
    console.error = error;
  }
  await answer.body!.cancel();
});

Deno.test("a run is found by its own name, whatever signs that has; every page of it is entitled", async () => {
  const names = ["a#b", "a%23b", "100%", "a&b=c+d", "x…é"];
  await withRuns((root) => {
    for (const [seed, name] of names.entries()) writeRun(root, name, { run: { network: `784-${seed}` } });
  }, async (dashboard) => {
    for (const [seed, name] of names.entries()) {
      const path = `/runs/${encodeURIComponent(name)}`, html = await pageText(dashboard, path);
      assertStringIncludes(html, `784-${seed}<`);
      const shown = name.replace("&", "&amp;");
      assertStringIncludes(html, `<title>${shown} · Descent</title>`);
      assertStringIncludes(await pageText(dashboard, `${path}/inside`), `<title>Inside ${shown} · Descent`);
      assertStringIncludes(await pageText(dashboard, `${path}/files/run.json`), `784-${seed}`);
      assertStringIncludes(await pageText(dashboard, `/latent/${encodeURIComponent(name)}`), shown);
    }
    for (const path of ["/nowhere", "/runs/gone", "/runs/a%23b/", "/runs/gone/events"]) {
      const answer = await dashboard.app.request(path), html = await answer.text();
      assertEquals(answer.status, 404, path);
      assertStringIncludes(html, "<title>Not here · Descent</title>");
    }
    assertStringIncludes(await pageText(dashboard, "/runs/"), "<title>Runs · Descent</title>");
    const playground = await dashboard.app.request("/playground");
    assertStringIncludes(playground.headers.get("content-security-policy")!, "'wasm-unsafe-eval'");
    // Each island that a page holds has one place and one script.
    const html = await playground.text();
    assertEquals(html.match(/data-island="playground_view"/g)?.length, 1);
    assertEquals(
      html.match(/<script src="\/islands\/playground_view.js\?v=\w+" defer><\/script>/g)?.length,
      1,
    );
    assert(html.endsWith("</script></body></html>"));
  });
});
