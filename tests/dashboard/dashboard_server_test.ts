/** The dashboard as its task starts it: with the permissions that the task gives, and no others. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { isAskedToStop } from "../../src/runs/stop_request.ts";
import { writeRun } from "./dashboard_fixtures.ts";

/** The task's command, without `deno`. */
async function taskArgs(): Promise<readonly string[]> {
  const config = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  const command: string = config.tasks.dashboard.command;
  assert(!/--allow-all| -A/.test(command), command);
  return command.slice(command.indexOf("deno run")).split(" ").slice(1);
}

async function start(more: readonly string[]): Promise<Deno.ChildProcess> {
  const args = [...await taskArgs(), ...more], cwd = new URL("../../", import.meta.url);
  return new Deno.Command(Deno.execPath(), { args, cwd, stdout: "piped", stderr: "piped" }).spawn();
}

Deno.test("deno task dashboard serves pages, scripts, files and events with the permissions of its task", async () => {
  const folder = await Deno.makeTempDir({ prefix: "descent-dashboard-" }), root = `${folder}/link to runs`;
  await Deno.mkdir(`${folder}/runs`);
  await Deno.symlink(`${folder}/runs`, root);
  writeRun(root, "a");
  writeRun(root, "live", { run: { state: "running" }, summary: null });
  await using server = await start(["--port", "0", "--runs", root]);
  const output = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await output.read();
    assert(!done, "the server ended");
    text += value;
  }
  const base = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
  for (
    const path of [
      "/",
      "/runs",
      "/runs/a",
      "/runs/a/inside",
      "/compare?run=a",
      "/reports/a",
      "/inside",
      "/style.css",
      "/fonts/inter-400.woff2",
      "/islands/run_view.js",
      "/runs/a/files/run.json",
    ]
  ) {
    const answer = await fetch(base + path);
    assertEquals([path, answer.status], [path, 200]);
    await answer.body?.cancel();
  }
  const events = (await fetch(`${base}/runs/a/events`)).body!.pipeThrough(new TextDecoderStream());
  assertStringIncludes((await Array.fromAsync(events)).join(""), '"kind":"end"');
  const refused = await fetch(`${base}/runs/..%2f..%2fetc/files/passwd`);
  assertEquals(refused.status, 404);
  await refused.body?.cancel();

  // It may write beside the runs, through a link to their folder too.
  const [, token = ""] = /"token":"([\w-]+)"/.exec(await (await fetch(`${base}/runs/a`)).text()) ?? [];
  const headers = { origin: base!, "content-type": "application/json", "x-descent-token": token };
  const post = async (path: string, body: object) => {
    const answer = await fetch(base + path, { method: "POST", headers, body: JSON.stringify(body) });
    return [answer.status, await answer.text()] as const;
  };
  const named = await post("/notes", { ids: ["a"], change: { kind: "name", before: "", value: "best" } });
  assertEquals(named[0], 200, named[1]);
  assertStringIncludes(await Deno.readTextFile(`${folder}/runs/.descent/notes.json`), '"best"');
  const stopped = await post("/stop", { id: "live" });
  assertEquals(stopped[0], 200, stopped[1]);
  assert(isAskedToStop(`${folder}/runs`, "live"));

  const second = await start(["--port", new URL(base!).port, "--runs", root]);
  const { code, stderr } = await second.output();
  assertEquals(code, 1);
  assertStringIncludes(new TextDecoder().decode(stderr), "something else does; choose another with --port N");
  await output.cancel();
  await server.stderr.cancel();
  await Deno.remove(folder, { recursive: true });
});
