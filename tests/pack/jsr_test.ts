/** What `deno publish` would send to JSR: all that the library needs and nothing else, and it works where it is served. */
import { assert, assertEquals } from "@std/assert";
import { dirname, join, normalize } from "node:path";
import { withTempFolder } from "../fixtures.ts";
import { importsOf, isSource, readFiles, ROOT } from "../house/sources.ts";
import { trainSmall } from "./project/train_small.js";
import { run } from "./tools.ts";

const CONFIG = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
const ENTRIES = Object.values<string>(CONFIG.exports).map((path) => normalize(path));
/** Modules that are loaded at run time. */
const LOADED = ["src/exec/wasm_worker.ts", "src/notebook/displays.ts"];
/** What is no module. */
const BESIDE = ["CHANGELOG.md", "LICENSE", "README.md", "deno.json", "kernels/build/kernels.wasm"];

const { success, stderr } = await new Deno.Command(Deno.execPath(), {
  args: ["publish", "--dry-run", "--allow-dirty"],
  cwd: ROOT,
  env: { NO_COLOR: "1" },
}).output();
const said = new TextDecoder().decode(stderr);
const published = [...said.matchAll(/^ +file:\/\/(\S+) \([\d.]+[KM]?B\)$/gm)].map(([, path]) =>
  path!.slice(ROOT.length).replace(/^\//, "")
);

/** The modules that some modules need, and they themselves. */
function reachedFrom(entries: readonly string[], texts: ReadonlyMap<string, string>): readonly string[] {
  const reached = new Set(entries);
  for (const path of reached) {
    for (const { specifier } of importsOf(texts.get(path)!)) {
      if (specifier.startsWith(".")) reached.add(join(dirname(path), specifier));
    }
  }
  return [...reached];
}

Deno.test("deno publish sends the modules that the entries need, the kernels and the shaders, and nothing else", async () => {
  assert(success && said.includes("Dry run complete"), said);
  const modules = reachedFrom([...ENTRIES, ...LOADED], await readFiles(["src"], isSource));
  const shaders = (await Array.fromAsync(Deno.readDir(join(ROOT, "wgsl")))).map(({ name }) => `wgsl/${name}`);
  assertEquals(published.toSorted(), [...modules, ...shaders, ...BESIDE].toSorted());
});

Deno.test("deno publish warns of nothing but of our require(), and of what is loaded where it is needed", async () => {
  const problems = [...said.matchAll(/^warning\[([\w-]+)\].*\n +--> (\S+):(\d+):(\d+)$/gm)];
  assertEquals(problems.length, said.match(/^(warning|error)\[/gm)?.length);
  for (const [, kind, path, line, column] of problems) {
    const lines = (await Deno.readTextFile(path!)).split("\n");
    const before = [
      ...lines.slice(0, Number(line) - 1),
      lines[Number(line) - 1]!.slice(0, Number(column) - 1),
    ];
    // It takes a function of this name for that of CommonJS.
    const isOurs = kind === "unanalyzable-dynamic-import" && before.join("\n").trimEnd().endsWith("require(");
    const isMnist = kind === "unanalyzable-import-meta-resolve" && path === join(ROOT, "src/data/source.ts");
    const isLoaded = kind!.startsWith("unanalyzable-") &&
      ["src/core/display.ts", "src/plot/png.ts"].includes(path!.slice(ROOT.length).replace(/^\//, ""));
    assert(isOurs || isMnist || isLoaded, `${kind} in ${path}:${line}`);
  }
});

Deno.test("what is published trains from a server, on two threads, with the same weights bit for bit", async () => {
  const served = new Set(published), missing: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async ({ url }) => {
    const path = new URL(url).pathname.slice(1);
    if (!served.has(path)) {
      missing.push(path);
      return new Response(null, { status: 404 });
    }
    const headers = { "content-type": path.endsWith(".ts") ? "application/typescript" : "" };
    return new Response(await Deno.readFile(join(ROOT, path)), { headers });
  });
  const { port } = server.addr, address = `http://127.0.0.1:${port}/`;
  try {
    await withTempFolder(async (folder) => {
      const of = (path: string) => `${address}${normalize(path)}`;
      const names = Object.keys(CONFIG.exports).map((
        name,
      ) => [name.replace(".", "descent"), CONFIG.exports[name]]);
      const imports = {
        ...CONFIG.imports,
        ...Object.fromEntries(names.map(([name, path]) => [name, of(path)])),
      };
      await Deno.writeTextFile(join(folder, "deno.json"), JSON.stringify({ imports }));
      await Deno.copyFile(join(ROOT, "deno.lock"), join(folder, "deno.lock"));
      await Deno.copyFile(join(ROOT, "tests/pack/project/train_small.js"), join(folder, "train_small.js"));
      await Deno.writeTextFile(
        join(folder, "shader.js"),
        `export * from "${of("src/exec/read_shader.ts")}";`,
      );
      await Deno.writeTextFile(
        join(folder, "main.js"),
        `import { trainSmall } from "./train_small.js";
        import { readShader } from "./shader.js";
        const { description, sha256 } = await trainSmall({ backend: "wasm", threads: 2 });
        console.log(JSON.stringify([description, sha256, await readShader("linear")]));
        Deno.exit();`,
      );
      const found = await run(
        Deno.execPath(),
        ["run", "-A", "--quiet", `--reload=${address}`, "main.js"],
        folder,
      );
      const { sha256 } = await trainSmall({ backend: "wasm", threads: 1 });
      const shader = await Deno.readTextFile(join(ROOT, "wgsl/linear.wgsl"));
      assertEquals(JSON.parse(found), ["WASM SIMD, 2 threads", sha256, shader]);
      assertEquals(missing, []);
    });
  } finally {
    await server.shutdown();
    // Deno keeps what it has loaded, by the port that it came from.
    const { modulesCache } = JSON.parse(await run(Deno.execPath(), ["info", "--json"], "/"));
    await Deno.remove(join(modulesCache, `http/127.0.0.1_PORT${port}`), { recursive: true });
  }
});
