/** Names, tags, notes and the wish to stop, from a page into files beside the runs. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Dashboard } from "../../dashboard/app.ts";
import { createDashboard } from "../../dashboard/app.ts";
import { Notes } from "../../dashboard/notes.ts";
import { TOKEN_HEADER } from "../../dashboard/security.ts";
import { isAskedToStop } from "../../src/runs/stop_request.ts";
import { pageText, withRuns, writeRun } from "./dashboard_fixtures.ts";

/** What a page sends, and what comes back. */
async function send(dashboard: Dashboard, path: string, body: unknown): Promise<readonly [number, string]> {
  const [, token = ""] = /"token":"([\w-]+)"/.exec(await pageText(dashboard, "/runs")) ?? [];
  const answer = await dashboard.app.request(path, {
    method: "POST",
    headers: { origin: "http://127.0.0.1", "content-type": "application/json", [TOKEN_HEADER]: token },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return [answer.status, (await answer.text()).trim()];
}

const named = (value: string, before = "") => ({ kind: "name", before, value });

Deno.test("names, tags and notes are kept beside the runs, shown everywhere, and found; no run is written", async () => {
  const hostile = ["__proto__", "a b#c?%", "<script>"];
  await withRuns(
    (root) => ["a", "b", ...hostile].forEach((id) => writeRun(root, id)),
    async (dashboard, root) => {
      const times = () => Deno.statSync(`${root}/a`).mtime?.getTime();
      const before = times();
      assertEquals((await send(dashboard, "/notes", { ids: ["a"], change: named(" The <best> ") }))[0], 200);
      await send(dashboard, "/notes", {
        ids: ["a", ...hostile],
        change: { kind: "tags", add: ["baseline"], remove: [] },
      });
      await send(dashboard, "/notes", {
        ids: ["a"],
        change: { kind: "note", before: "", value: "one\ntwo" },
      });
      const [status, text] = await send(dashboard, "/notes", {
        ids: ["b"],
        change: { kind: "archive", value: true },
      });
      assertEquals([status, JSON.parse(text)], [200, [{ name: "", note: "", tags: [], isArchived: true }]]);
      assertEquals(times(), before);
      for (const path of ["/runs", "/runs/a", "/compare?run=a", "/"]) {
        const html = await pageText(dashboard, path);
        assertStringIncludes(html, "The &lt;best>", path);
        assertStringIncludes(html, "baseline", path);
      }
      const listed = async (filter: string) =>
        [...(await pageText(dashboard, `/runs?filter=${encodeURIComponent(filter)}`)).matchAll(
          /<tr data-id/g,
        )].length;
      assertEquals(await listed("tag:baseline"), 4);
      assertEquals([await listed(""), await listed("archived:any"), await listed("archived:yes")], [4, 5, 1]);
      // Another process reads the same, and what is empty again is gone from the file.
      const notes = new Notes(root);
      notes.look();
      assertEquals(notes.of("__proto__")?.tags, ["baseline"]);
      await send(dashboard, "/notes", { ids: ["b"], change: { kind: "archive", value: false } });
      assert(!(await Deno.readTextFile(`${root}/.descent/notes.json`)).includes('"b"'));
      assertEquals(await listed(""), 5);
    },
  );
});

Deno.test("what one window has changed is not lost to another, and changes at once are all kept", async () => {
  await withRuns((root) => ["a", "b"].forEach((id) => writeRun(root, id)), async (dashboard, root) => {
    const other = await createDashboard({ runs: root });
    await send(dashboard, "/notes", { ids: ["a"], change: named("mine") });
    const [status, words] = await send(other, "/notes", { ids: ["a"], change: named("yours") });
    assertEquals([status, JSON.parse(words).now, words.includes("in another window")], [409, "mine", true]);
    assertEquals((await send(other, "/notes", { ids: ["a"], change: named("yours", "mine") }))[0], 200);
    const tags = Array.from({ length: 12 }, (_, i) => `t${i}`);
    await Promise.all(tags.map((tag, i) =>
      send(i % 2 === 0 ? dashboard : other, "/notes", {
        ids: ["a"],
        change: { kind: "tags", add: [tag], remove: [] },
      })
    ));
    const notes = new Notes(root);
    notes.look();
    assertEquals([notes.of("a")?.name, [...notes.of("a")!.tags].sort()], ["yours", tags.sort()]);
  });
});

Deno.test("a file of notes that is damaged, a link or something else is told, and never written over", async () => {
  await withRuns((root) => writeRun(root, "a"), async (dashboard, root) => {
    const path = `${root}/.descent/notes.json`, outside = await Deno.makeTempFile();
    const refused = async () => {
      assertStringIncludes(await pageText(dashboard, "/runs"), "Names, tags and notes cannot be read");
      const [status, words] = await send(dashboard, "/notes", { ids: ["a"], change: named("x") });
      assertEquals([status, words.includes("cannot be read")], [400, true]);
    };
    await Deno.mkdir(`${root}/.descent`);
    for (const text of ["{", "[]", '{"runs": 1}', ""]) {
      await Deno.writeTextFile(path, text);
      await refused();
      assertEquals(await Deno.readTextFile(path), text);
    }
    await Deno.remove(path);
    await Deno.writeTextFile(outside, '{"runs": {}}');
    await Deno.symlink(outside, path);
    await refused();
    await Deno.remove(`${root}/.descent`, { recursive: true });
    await Deno.symlink(root, `${root}/.descent`);
    assertStringIncludes(await pageText(dashboard, "/runs"), "it is a link, or no regular file");
    const [status, words] = await send(dashboard, "/notes", { ids: ["a"], change: named("x") });
    assertEquals([status, words.includes("it is no folder, or a link to one")], [400, true]);
    assertEquals(
      await Array.fromAsync(Deno.readDir(root), ({ name }) => name),
      ["a", ".descent"].sort().reverse(),
    );
    assertEquals(await Deno.readTextFile(outside), '{"runs": {}}');
    await Deno.remove(outside);
    // Members that make no sense are passed over.
    await Deno.remove(`${root}/.descent`);
    await Deno.mkdir(`${root}/.descent`);
    await Deno.writeTextFile(path, '{"runs": {"a": {"name": 5, "tags": [1, "x", "x"]}, "b": null}}');
    assertEquals((await dashboard.library.store.row("a"))?.kept, {
      name: "",
      note: "",
      tags: ["x"],
      isArchived: false,
    });
  });
});

Deno.test("a change that makes no sense is refused in a sentence", async () => {
  await withRuns((root) => writeRun(root, "a"), async (dashboard) => {
    const cases: readonly (readonly [unknown, string])[] = [
      ["nonsense", "A change is a JSON object"],
      [{ ids: [], change: named("x") }, "A change names 1 to 1000 runs"],
      [{ ids: ["gone"], change: named("x") }, 'There is no run "gone" any more'],
      [{ ids: ["../a"], change: named("x") }, 'There is no run "../a" any more'],
      [{ ids: ["a"], change: named("x".repeat(81)) }, "A name has up to 80 characters; this one has 81"],
      [{ ids: ["a"], change: named("a\nb") }, "A name is a single line"],
      [{ ids: ["a"], change: { kind: "tags", add: ["a b"], remove: [] } }, '"a b" cannot be a tag'],
      [{ ids: ["a"], change: { kind: "tags", add: "x", remove: [] } }, "Tags are a list of up to 16 texts"],
      [{ ids: ["a"], change: { kind: "archive", value: 1 } }, "A run is put away or is not"],
      [{ ids: ["a"], change: { kind: "delete" } }, "Changes are of a name, a note, tags"],
      [" ".repeat(300_000), "A change has at most 262144 bytes"],
    ];
    for (const [body, words] of cases) {
      const [status, said] = await send(dashboard, "/notes", body);
      assertEquals([status, said.startsWith(words)], [400, true], said);
    }
  });
});

Deno.test("a run that trains is asked to stop by a file beside it; another is not", async () => {
  await withRuns((root) => {
    writeRun(root, "live", { run: { state: "running" }, summary: null });
    writeRun(root, "done");
    Deno.symlinkSync(`${root}/live`, `${root}/alias`);
  }, async (dashboard, root) => {
    assertStringIncludes((await send(dashboard, "/stop", { id: "done" }))[1], "done is not training");
    assertStringIncludes((await send(dashboard, "/stop", {}))[1], "Say which run is to stop");
    assert(!isAskedToStop(root, "live"));
    assertStringIncludes(await pageText(dashboard, "/runs/live"), "Stop the training");
    // Through a link, it is the run behind it that hears.
    assertEquals((await send(dashboard, "/stop", { id: "alias" }))[0], 200);
    assert(isAskedToStop(root, "live") && !isAskedToStop(root, "alias"));
    assertStringIncludes(await pageText(dashboard, "/runs/live"), "Stopping…");
  });
});
