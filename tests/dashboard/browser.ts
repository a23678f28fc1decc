/** Chromium for the tests of pages, where it is installed. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { createDashboard, type Dashboard } from "../../dashboard/app.ts";

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const FLAGS = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  // No kernel counts on the zeros that shared memory starts with, and SwiftShader takes half a minute to compile them.
  "--enable-dawn-features=disable_workgroup_init",
];

const path = PATHS.find((candidate) => {
  try {
    return Deno.statSync(candidate).isFile;
  } catch {
    return false;
  }
});

/**
 * Declares tests that share a browser; without one, says in one line what is not tested, or fails where
 * DESCENT_REQUIRE_BROWSER asks for it.
 */
export function browserTests(
  what: string,
  tests: Readonly<Record<string, (browser: Browser) => Promise<void>>>,
  { flags = [] }: { readonly flags?: readonly string[] } = {},
): void {
  if (path === undefined) {
    const words =
      `${what} not tested in a browser: no Chromium found; install it, e.g. with "apt-get install chromium"`;
    if (Deno.env.get("DESCENT_REQUIRE_BROWSER") === "1") {
      Deno.test(`${what} in Chromium`, () => {
        throw new Error(words);
      });
    } else console.log(words);
    return;
  }
  Deno.test(`${what} in Chromium`, async (t) => {
    const browser = await chromium.launch({ executablePath: path, args: [...FLAGS, ...flags] });
    try {
      for (const [name, test] of Object.entries(tests)) await t.step(name, () => test(browser));
    } finally {
      await browser.close();
    }
  });
}

/** Serves `runs` while `use` runs; `base` is the address without its last slash. */
export async function served<T>(
  runs: string,
  use: (base: string, dashboard: Dashboard) => Promise<T>,
): Promise<T> {
  const dashboard = await createDashboard({ runs });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, automaticCompression: true, onListen() {} },
    dashboard.app.fetch,
  );
  try {
    return await use(`http://127.0.0.1:${server.addr.port}`, dashboard);
  } finally {
    await server.shutdown();
  }
}

/** Opens a page, and fails if it logs an error, throws, or cannot load something. Islands are alive when it is given. */
export async function onPage<T>(
  browser: Browser,
  url: string,
  use: (page: Page) => Promise<T>,
  options: BrowserContextOptions = {},
): Promise<T> {
  const context = await browser.newContext(options), page = await context.newPage(), problems: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", ({ message }) => problems.push(message));
  page.on("requestfailed", (request) => {
    // A page that is left closes what it was listening to.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") {
      problems.push(`${request.url()}: ${request.failure()?.errorText}`);
    }
  });
  try {
    await page.goto(url);
    await page.waitForFunction(() => document.querySelector("[data-alive=false]") === null);
    const result = await use(page);
    if (problems.length > 0) throw new Error(`${url}: ${problems.join("; ")}`);
    return result;
  } finally {
    await context.close();
  }
}
