/** The engine under the WASM executor: what Descent's tasks tell it, and that the numbers are the same without. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { acceptedFlags } from "../../kernels/build.ts";
import { ENGINE_FLAGS, joinsVectors, tuneEngine } from "../../src/exec/engine.ts";
import { type Probe, probes } from "./engine_probe.ts";

const [JOINED, UNCHECKED] = ENGINE_FLAGS as readonly [string, string];
const FOLDER = fileURLToPath(new URL("../../", import.meta.url));

/** The probe in a process of its own, whose kernels are optimized before their first call instead of after many. */
async function probeUnder(flags: string): Promise<Probe> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "tests/exec/engine_probe.ts"],
    cwd: FOLDER,
    env: { DENO_V8_FLAGS: `${flags},--no-liftoff`, NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

function differences(a: Probe, b: Probe): readonly string[] {
  const names = new Set([...Object.keys(a.digests), ...Object.keys(b.digests)]);
  return [...names].filter((name) => a.digests[name] !== b.digests[name]);
}

// Beside each other: each takes half a minute, and little of it is shared between threads.
const [[plain, laidOut], joined] = await Promise.all([
  probes([{ threads: 1, joinVectors: false }, { threads: 1, joinVectors: true }]) as Promise<[Probe, Probe]>,
  probeUnder(acceptedFlags()),
]);

Deno.test("an engine that joins vectors and checks no bounds gives the same bits in every op and workload", () => {
  assertEquals(joined.joins, Deno.build.arch === "x86_64");
  assertEquals(joined.description.endsWith(", 256 bits"), joined.joins);
  assert(Object.keys(joined.digests).length > 300);
  assertEquals(differences(plain, joined), []);
});

Deno.test("kernels laid out for joined vectors give the same bits on an engine that joins none", () => {
  assertEquals(differences(plain, laidOut), []);
});

Deno.test("differences() finds a digest that differs, and one that is missing", () => {
  const changed = { ...plain, digests: { ...plain.digests, W1: "0" } };
  const { W2: _, ...fewer } = plain.digests;
  assertEquals(differences(plain, changed), ["W1"]);
  assertEquals(differences(plain, { ...plain, digests: fewer }), ["W2"]);
});

Deno.test("vectors are joined where all flags were given, and nowhere else", async () => {
  assertEquals(joinsVectors(), false);
  assertEquals(await joinsUnder(acceptedFlags()), Deno.build.arch === "x86_64");
  assertEquals(await joinsUnder(UNCHECKED), false);
  if (Deno.build.arch === "x86_64") assertEquals(await joinsUnder(JOINED, []), false);
});

/** What `joinsVectors()` says in a process with these flags; by default it may read the variable. */
async function joinsUnder(flags: string, allowed = ["--allow-env=DENO_V8_FLAGS"]): Promise<boolean> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...allowed, "-"],
    cwd: FOLDER,
    env: { DENO_V8_FLAGS: flags, NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const code = `import { joinsVectors } from "./src/exec/engine.ts"; console.log(joinsVectors());`;
  await new Blob([code]).stream().pipeTo(child.stdin);
  const { success, stdout, stderr } = await child.output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim() === "true";
}

Deno.test({
  name: "tuneEngine() starts a program of Deno's over in its own process, once, if it has all permissions",
  ignore: Deno.build.os !== "linux" || Deno.build.arch !== "x86_64",
  async fn() {
    const path = "tests/exec/tuned_probe.ts";
    const start = async (input: string, flags: string | undefined, ...args: readonly string[]) => {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "--no-prompt", "--no-check", ...args],
        cwd: FOLDER,
        env: { NO_COLOR: "1", ...(flags !== undefined && { DENO_V8_FLAGS: flags }) },
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      await new Blob([input]).stream().pipeTo(child.stdin);
      const { code, stdout, stderr } = await child.output();
      assertEquals(new TextDecoder().decode(stderr), "");
      return [code, ...JSON.parse(new TextDecoder().decode(stdout)), child.pid];
    };
    const said = (isTuned: boolean, args: readonly string[], stdin: string, pid: unknown) => [
      ...[7, isTuned, `WASM SIMD, 1 thread${isTuned ? ", 256 bits" : ""}`, args, stdin, pid, pid],
    ];
    const check = async (
      isTuned: boolean,
      stdin: string,
      found: Promise<readonly unknown[]>,
      ...args: string[]
    ) => {
      const whole = await found;
      assertEquals(whole, said(isTuned, args, stdin, whole.at(-1)));
    };
    const words = ["stdin", "two words", "ü", ""];
    await check(true, "in", start("in", undefined, "-A", path, ...words), ...words);
    await check(true, "", start("", "--no-wasm-bounds-checks", "-A", path));
    await check(false, "in", start("in", undefined, "--allow-read", "--allow-env", path, "stdin"), "stdin");
    // What came through a pipe could not be read again.
    const text = await Deno.readTextFile(join(FOLDER, path));
    await check(false, "", start(text.replace("../../", "./"), undefined, "-A", "-"));
  },
});

Deno.test("tuneEngine() does not start a test over", () => assertEquals(tuneEngine(), false));

Deno.test("an engine that does not know a flag gets the next choice, and the last without a trial", () => {
  assertEquals(acceptedFlags(["--no-such-flag", UNCHECKED, "--another"]), UNCHECKED);
  assertEquals(acceptedFlags(["--no-such-flag", "--another"]), "--another");
});

Deno.test("every task that trains or times starts the engine with the flags that setup found, and no other task does", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  for (const [name, { command }] of Object.entries<{ readonly command: string }>(tasks)) {
    const trains = /(experiments|bench)\/(main|peers)\.ts/.test(command) && name !== "gradcheck";
    const expected = trains
      ? "deno task --quiet setup && DENO_V8_FLAGS=$(cat kernels/build/engine.flags) deno run "
      : /^(deno task --quiet setup && )?(DESCENT_LONG=1 )?deno /.exec(command)![0];
    assert(command.startsWith(expected), `${name}: ${command}`);
    assertEquals(command.includes("V8_FLAGS"), trains, name);
  }
});

Deno.test("without the permission to read the kernels, the permission is named and nothing is said to be missing", async () => {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "tests/exec/kernels_probe.ts"],
    cwd: FOLDER,
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  assertEquals(
    new TextDecoder().decode(stdout).trim(),
    `Cannot read the WASM kernels, ${FOLDER}kernels/build/kernels.wasm: this program has no read access to it; ` +
      "start Deno with --allow-read",
  );
});
