/** What the dashboard refuses, and what it makes of names and files that mean harm. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parseHTML } from "linkedom";
import { createDashboard } from "../../dashboard/app.ts";
import { newToken, refusal, TOKEN_HEADER } from "../../dashboard/security.ts";
import { epochs, pageText, withRuns, writeRun } from "./dashboard_fixtures.ts";

const HOSTILE_NAMES = [
  "<script>alert(1)</script>",
  `"><img src=x onerror=alert(1)>`,
  "' onmouseover='alert(1)",
  "%2e%2e",
  "a&b=c?d#e;f",
  "\u202Etxt.exe",
  "line\nbreak",
  "a b".repeat(80),
  "</script><!--",
].map((name) => name.replaceAll("/", "∕").slice(0, 200));

interface Element {
  readonly localName: string;
  readonly textContent: string;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
}

/** Fails if a page holds a script, a handler, a style or a picture that we did not put there. */
function assertTame(html: string, where: string): void {
  const { document } = parseHTML(html) as unknown as {
    readonly document: { querySelectorAll(selector: string): Iterable<Element> };
  };
  let scripts = 0;
  const islands: string[] = [];
  for (const { localName, attributes, textContent } of document.querySelectorAll("*")) {
    for (const { name, value } of attributes) {
      if (name === "data-island") islands.push(value);
      assert(!/^on|^style$/.test(name), `${where}: attribute ${name} of ${localName}`);
      if (["href", "src"].includes(name)) assert(/^(\/(?!\/)|#)/.test(value), `${where}: ${name} ${value}`);
    }
    assert(
      !["iframe", "object", "embed", "base", "form", "style"].includes(localName),
      `${where}: ${localName}`,
    );
    if (localName === "script") scripts++;
    const type = [...attributes].find(({ name }) => name === "type")?.value;
    if (localName === "script" && type === "application/json") JSON.parse(textContent);
    else if (localName === "script") assertEquals(textContent, "");
  }
  // What each island is given, and the script of each kind.
  assertEquals(scripts, islands.length + new Set(islands).size, `${where}: scripts`);
}

Deno.test("runs of hostile names are listed, linked and shown as text", async () => {
  await withRuns((root) => HOSTILE_NAMES.forEach((name) => writeRun(root, name)), async (dashboard) => {
    const list = await pageText(dashboard, "/runs");
    assertTame(list, "/runs");
    const links = [...list.matchAll(/href="(\/runs\/[^"]+)"/g)].map(([, path]) =>
      path!.replaceAll("&amp;", "&")
    );
    assertEquals(links.length, HOSTILE_NAMES.length);
    for (const link of links) {
      const html = await pageText(dashboard, link);
      assertTame(html, link);
    }
  });
});

Deno.test("hostile contents of run.json, summary.json, metrics and figures come out as text, within bounds", async () => {
  const evil = "</script><script>alert(1)</script>", long = "x".repeat(100_000);
  await withRuns((root) => {
    writeRun(root, "a", {
      run: {
        experiment: evil,
        error: evil,
        state: "failed",
        network: long,
        settings: JSON.parse(
          `{"__proto__": {"x": 1}, "${
            evil.replaceAll("/", "\\/")
          }": [1, [2]], "deep": {"a": {"b": {"c": {"d": {"e": 1}}}}}}`,
        ),
      },
      summary: { stopped: evil, [evil]: { train: { loss: 1 } } },
      metrics: epochs(3).map((line) => ({ ...line, [evil]: 1, stage: evil })),
      files: {
        "plan.json": JSON.stringify([{
          stage: evil,
          backend: evil,
          routines: [{
            name: evil,
            calls: [{
              op: evil,
              label: evil,
              type: long,
              settings: { [evil]: evil },
              reads: [0],
              writes: [1e9],
            }],
          }],
          buffers: [{ name: evil, role: evil, dtype: evil, bytes: 1e300 }],
        }]),
        "figures/confusion_x.csv": `true,${evil}\r\n${evil},5\r\n`,
        [`figures/${evil.replaceAll("/", "∕")}.svg`]: `<svg><title>${evil}</title></svg>`,
        "figures/table_x.csv": `a,${evil}\r\n"${evil}",=1+1\r\n`,
      },
    });
    writeRun(root, "group", {
      run: { experiment: "cnn" },
      summary: {
        cells: [{ run: evil, [evil]: evil }],
        claims: [{ claim: "B-C1.1", words: evil, measured: evil, verdict: evil }],
      },
    });
    Deno.mkdirSync(`${root}/bench`);
    const line = {
      op: evil,
      case: evil,
      backend: evil,
      device: evil,
      ms: 1,
      gflops: 1,
      shareOfPeak: -5,
      bound: evil,
    };
    Deno.writeTextFileSync(`${root}/bench/${evil.replaceAll("/", "∕")}.jsonl`, `${JSON.stringify(line)}\n`);
  }, async (dashboard) => {
    const pages = [
      "/",
      "/runs",
      "/runs/a",
      "/runs/group",
      "/runs/a/inside",
      "/inside",
      "/compare?run=a&by=*&curve=%3Cb%3E&filter=%22%3E",
      "/reports/b",
    ];
    for (const path of pages) {
      const html = await pageText(dashboard, path);
      assertTame(html, path);
      assert(html.length < 200_000, `${path} has ${html.length} characters`);
    }
    assertEquals(({} as { x?: number }).x, undefined);
  });
});

Deno.test("damaged, half-written and foreign folders are rows with their error, and no page breaks", async () => {
  await withRuns((root) => {
    writeRun(root, "good");
    const bad: Readonly<Record<string, string>> = {
      half: '{"id": "ha',
      list: "[]",
      null: "null",
      wrong: '{"id": 5}',
      empty: "",
    };
    for (const [name, text] of Object.entries(bad)) {
      writeRun(root, name);
      Deno.writeTextFileSync(`${root}/${name}/run.json`, text);
    }
    writeRun(root, "summary");
    Deno.writeTextFileSync(`${root}/summary/summary.json`, '{"run": 1}');
    writeRun(root, "huge");
    Deno.writeTextFileSync(`${root}/huge/run.json`, `"${"x".repeat(5 * 2 ** 20)}"`);
    Deno.mkdirSync(`${root}/foreign`);
    Deno.writeTextFileSync(`${root}/a file`, "");
    Deno.mkdirSync(`${root}/folder.json/run.json`, { recursive: true });
  }, async (dashboard) => {
    const list = await pageText(dashboard, "/runs");
    for (
      const text of [
        "run.json is damaged",
        "No run.json",
        "summary.json is damaged",
        "run.json cannot be read",
        "at most 4194304 are read",
      ]
    ) {
      assertStringIncludes(list, text);
    }
    assert(!list.includes("a file"));
    for (
      const id of [
        "good",
        "half",
        "list",
        "null",
        "wrong",
        "empty",
        "summary",
        "huge",
        "foreign",
        "folder.json",
      ]
    ) {
      assertStringIncludes(list, `href="/runs/${id}"`);
      await pageText(dashboard, `/runs/${id}`);
    }
    assertStringIncludes(await pageText(dashboard, "/"), "Not readable");
  });
});

Deno.test("no address leads out of the runs folder", async () => {
  const outside = await Deno.makeTempDir(), secret = `${outside}/secret.json`;
  await Deno.writeTextFile(secret, '{"secret": 1}');
  writeRun(outside, "elsewhere");
  await withRuns((root) => {
    writeRun(root, "a", { files: { ".hidden": "secret", ".lock": "secret" } });
    Deno.symlinkSync(secret, `${root}/a/link.json`);
    Deno.symlinkSync(outside, `${root}/a/figures/out`);
    Deno.symlinkSync(`${outside}/elsewhere`, `${root}/linked`);
    Deno.symlinkSync(`${root}/loop`, `${root}/loop`);
    writeRun(root, "b");
    Deno.removeSync(`${root}/b/run.json`);
    Deno.symlinkSync(`${outside}/elsewhere/run.json`, `${root}/b/run.json`);
    Deno.symlinkSync(`${root}/a`, `${root}/alias`);
  }, async ({ app }, root) => {
    const places = [
      "/runs/a/files/link.json",
      "/runs/a/files/figures/out/secret.json",
      "/runs/linked/files/run.json",
      "/runs/a/files/.hidden",
      "/runs/a/files/.lock",
      "/runs/a/files/..%2f..%2f..%2fetc%2fpasswd",
      "/runs/a/files/%2e%2e/%2e%2e/etc/passwd",
      "/runs/a/files/%252e%252e/x",
      "/runs/a/files//etc/passwd",
      "/runs/a/files/%2fetc%2fpasswd",
      `/runs/a/files/${encodeURIComponent(secret)}`,
      "/runs/..%2f..%2fetc/files/passwd",
      "/runs/%2e%2e/files/passwd",
      "/runs/..%5c..%5cetc/files/passwd",
      "/runs/%2Fetc",
      "/runs/a%00b",
      "/runs/a/files/run.json%00.png",
      "/runs/a/files/figures",
      "/runs/a/files/",
      `/runs/${encodeURIComponent(outside)}`,
      "/runs/loop/files/x",
      "/..%2fdeno.json",
      "/%2e%2e%2fdeno.json",
      "/deno.json",
      "/islands/..%2f..%2fdeno.json",
      "/islands/run_view.tsx",
      "/islands/..%2fworkers%2fplayground_worker.js",
      "/workers/playground_worker.js",
      "/fonts/..%2f..%2fpackage.json",
    ];
    for (const place of places) {
      const answer = await app.request(place), text = await answer.text();
      assertEquals(answer.status, 404, place);
      assert(!text.includes('"secret"') && !text.includes("root:"), place);
    }
    const list = await (await app.request("/runs")).text();
    assertStringIncludes(list, "A link that leads out of the runs folder");
    assertStringIncludes(list, "run.json cannot be read");
    const page = await (await app.request("/runs/a")).text();
    assert(!page.includes("secret.json") && !page.includes(".hidden"));
    assertEquals((await app.request("/runs/alias/files/run.json")).status, 200);
    await Deno.remove(`${root}/linked`);
  });
  await Deno.remove(outside, { recursive: true });
});

Deno.test("a pipe in the place of a file keeps nobody waiting", async () => {
  await withRuns(async (root) => {
    for (const name of ["run.json", "summary.json", "metrics.jsonl", ".lock"]) {
      const id = name.replace(".", "");
      writeRun(root, id, { run: { state: "running" } });
      await Deno.remove(`${root}/${id}/${name}`).catch(() => {});
      await new Deno.Command("mkfifo", { args: [`${root}/${id}/${name}`] }).output();
    }
  }, async (dashboard) => {
    for (const id of ["runjson", "summaryjson", "metricsjsonl", "lock"]) {
      await pageText(dashboard, `/runs/${id}`);
    }
    const list = await pageText(dashboard, "/runs");
    for (const name of ["run.json", "summary.json"]) {
      assertStringIncludes(list, `${name} cannot be read: it is no regular file`);
    }
    assertStringIncludes(list, ".lock is no regular file");
    assertEquals((await dashboard.app.request("/runs/metricsjsonl/files/metrics.jsonl")).status, 404);
  });
});

Deno.test("only this machine's own pages are answered", () => {
  const ask = (headers: Record<string, string>, { method = "GET", url = "http://127.0.0.1:8000/" } = {}) =>
    refusal(new Request(url, { method, headers }))?.status;
  assertEquals(ask({}), undefined);
  for (const host of ["localhost:8000", "127.0.0.1", "[::1]:9", "LOCALHOST"]) {
    assertEquals(ask({ host }), undefined, host);
  }
  for (
    const host of [
      "evil.example",
      "127.0.0.1.evil.example",
      "localhost.evil.example:8000",
      "10.0.0.1",
      "",
      "0.0.0.0",
      "localhost@evil.example",
    ]
  ) {
    assertEquals(ask({ host }), 403, host);
  }
  assertEquals(ask({ host: "localhost:8000", origin: "http://localhost:8000" }), undefined);
  for (const origin of ["http://localhost:9000", "http://evil.example", "null", "https://localhost:8000"]) {
    assertEquals(ask({ host: "localhost:8000", origin }), 403, origin);
  }
  assertEquals(ask({ "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }), 403);
  assertEquals(ask({ "sec-fetch-site": "same-site", "sec-fetch-mode": "cors" }), 403);
  assertEquals(ask({ "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }), undefined);
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) assertEquals(ask({}, { method }), 405, method);
  assertEquals(ask({}, { url: `http://127.0.0.1/?${"x".repeat(9000)}` }), 414);
  for (const path of ["%", "runs/%zz", "runs/a%", "runs/%E0%A4%A", "%ff.css"]) {
    assertEquals(ask({}, { url: `http://127.0.0.1/${path}` }), 400, path);
  }
  assertEquals(ask({}, { url: "http://127.0.0.1/runs/%E2%80%A6%25?filter=%zz" }), undefined);
});

Deno.test("only a page of this very server changes anything: its origin, its type of content and its token", async () => {
  const token = newToken(),
    url = "http://127.0.0.1:8000/notes",
    good = {
      host: "127.0.0.1:8000",
      origin: "http://127.0.0.1:8000",
      "sec-fetch-site": "same-origin",
      "sec-fetch-mode": "cors",
      "content-type": "application/json",
      [TOKEN_HEADER]: token,
    };
  const ask = (headers: Record<string, string>, rights: { readonly token?: string } = { token }) =>
    refusal(new Request(url, { method: "POST", headers }), rights)?.status;
  const without = (name: string) => Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));
  assertEquals(ask(good), undefined);
  // Browsers of before 2023 do not say where a request comes from, but all name its origin.
  assertEquals(ask(without("sec-fetch-site")), undefined);
  assertEquals(ask(good, {}), 405);
  const bad: readonly (readonly [Record<string, string>, number])[] = [
    [without("origin"), 403],
    [without(TOKEN_HEADER), 403],
    [without("content-type"), 415],
    [{ ...good, origin: "null" }, 403],
    [{ ...good, origin: "http://127.0.0.1:9000" }, 403],
    [{ ...good, origin: "http://evil.example" }, 403],
    [{ ...good, host: "evil.example", origin: "http://evil.example" }, 403],
    [{ ...good, "sec-fetch-site": "same-site" }, 403],
    [{ ...good, "sec-fetch-site": "cross-site" }, 403],
    [{ ...good, "sec-fetch-site": "none" }, 403],
    [{ ...good, "sec-fetch-mode": "navigate" }, 403],
    [{ ...good, "content-type": "text/plain" }, 415],
    [{ ...good, "content-type": "application/x-www-form-urlencoded" }, 415],
    [{ ...good, [TOKEN_HEADER]: "" }, 403],
    [{ ...good, [TOKEN_HEADER]: newToken() }, 403],
    [{ ...good, [TOKEN_HEADER]: token.slice(1) }, 403],
    [{ ...good, [TOKEN_HEADER]: `${token}${token}` }, 403],
  ];
  for (const [headers, status] of bad) assertEquals(ask(headers), status, JSON.stringify(headers));
  for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"]) {
    assertEquals(refusal(new Request(url, { method, headers: good }), { token })?.status, 405, method);
  }
  await withRuns((root) => writeRun(root, "a"), async ({ app }, root) => {
    const { app: readOnly } = await createDashboard({ runs: root, readOnly: true });
    const change = { ids: ["a"], change: { kind: "name", before: "", value: "x" } };
    const headers = { origin: "http://127.0.0.1", "content-type": "application/json" };
    const post = { method: "POST", body: JSON.stringify(change) };
    for (const path of ["/", "/runs", "/runs/a", "/notes", "/stop"]) {
      const refused = await app.request(path, { ...post, headers });
      assertEquals([path, refused.status], [path, 403]);
      const read = await readOnly.request(path, { ...post, headers: { ...headers, [TOKEN_HEADER]: "" } });
      assertEquals([read.status, read.headers.get("allow")], [405, "GET, HEAD"]);
    }
    const [, own = ""] = /"token":"([\w-]+)"/.exec(await (await app.request("/runs/a")).text()) ?? [];
    assertEquals(
      (await app.request("/runs/a", { ...post, headers: { ...headers, [TOKEN_HEADER]: own } })).status,
      405,
    );
    assertEquals((await app.request("/notes")).status, 404);
    assert(!(await (await readOnly.request("/runs/a")).text()).includes('"token"'));
    assertEquals(await Array.fromAsync(Deno.readDir(root), ({ name }) => name), ["a"]);
  });
});

Deno.test("every answer carries the policies; pages hold no script and no style of their own", async () => {
  await withRuns((root) => writeRun(root, "a"), async ({ app }) => {
    for (
      const path of [
        "/",
        "/runs/a",
        "/nowhere",
        "/style.css",
        "/islands/run_view.js",
        "/runs/a/files/figures/loss.svg",
      ]
    ) {
      const { headers } = await app.request(path);
      const policy = headers.get("content-security-policy") ?? "";
      assertStringIncludes(policy, "default-src 'none'");
      assert(!/script-src[^;]*'unsafe/.test(policy), path);
      assertEquals(headers.get("x-content-type-options"), "nosniff");
      assertEquals(headers.get("cross-origin-opener-policy"), "same-origin");
      assertEquals(headers.get("cross-origin-embedder-policy"), "require-corp");
      assertEquals(headers.get("cross-origin-resource-policy"), "same-origin");
    }
    const svg = await app.request("/runs/a/files/figures/loss.svg");
    assertStringIncludes(svg.headers.get("content-security-policy")!, "sandbox");
    assertEquals((await app.request("/", { method: "PUT" })).headers.get("allow"), "GET, HEAD, POST");
    assertEquals((await app.request("/", { headers: { host: "evil.example" } })).status, 403);
  });
});

Deno.test("an asset is not sent again while it is the same, and HEAD sends no body", async () => {
  await withRuns((root) => writeRun(root, "a"), async ({ app }) => {
    const first = await app.request("/style.css"), tag = first.headers.get("etag")!;
    assertEquals((await app.request("/style.css", { headers: { "if-none-match": tag } })).status, 304);
    for (const path of ["/", "/runs/a/events", "/runs/a/files/run.json"]) {
      const head = await app.request(path, { method: "HEAD" });
      assertEquals([head.status, head.body], [200, null], path);
    }
  });
});

Deno.test("too many followers are told to wait, and a place is free when one goes", async () => {
  await withRuns(
    (root) => writeRun(root, "a", { run: { state: "running" }, summary: null }),
    async ({ app }) => {
      const open: Response[] = [];
      for (let i = 0; i < 48; i++) open.push(await app.request("/runs/a/events"));
      assert(open.every(({ status }) => status === 200));
      assertEquals((await app.request("/runs/a/events")).status, 503);
      await open.pop()!.body!.cancel();
      await new Promise((resolve) => setTimeout(resolve, 150));
      const again = await app.request("/runs/a/events");
      assertEquals(again.status, 200);
      await Promise.all([...open, again].map(({ body }) => body!.cancel()));
      await new Promise((resolve) => setTimeout(resolve, 150));
    },
  );
});
