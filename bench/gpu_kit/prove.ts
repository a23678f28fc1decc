/** Proves Descent on the GPU of this machine, which needs no network: `run.sh` of the kit starts it. */
import { join, resolve } from "node:path";
import { DescentError } from "../../src/core/errors.ts";
import { CONSOLE, guarded, type Output } from "../../src/cli/command.ts";
import { helpOf, number, oneOf, path } from "../../src/cli/flags.ts";
import { parseFlags } from "../../src/cli/parse_flags.ts";
import { findTorch } from "../torch.ts";
import { findDriver } from "./find_driver.ts";
import { conclusion, type Part, PARTS, proofSteps } from "./proof.ts";
import { runCommand, runSteps } from "./steps.ts";

const FLAGS = {
  quick: { help: "everything short: whether it works at all" },
  software: { help: "take a software adapter where there is no GPU, to try the kit" },
  only: {
    value: "A,B",
    help: `parts to make, of ${PARTS.join(",")} (default all)`,
    parse: (text: string, flag: string): readonly Part[] =>
      text.split(",").map((word) => oneOf(PARTS)(word, flag)),
  },
  budget: { value: "S", help: "seconds for all (default 480)", parse: number(10, 36000) },
  python: { value: "PATH", help: "the Python that has torch with CUDA (default python3)", parse: path },
  out: { value: "DIR", help: "where to write (default gpu_proof)", parse: path },
  kit: { value: "DIR", help: "folder of the kit; run.sh says it", parse: path },
  from: { value: "DIR", help: "folder that it was started in; run.sh says it", parse: path },
  help: { help: "show this" },
} as const;

const ABOUT = "Prove Descent on this machine's GPU, beside PyTorch where there is one, without a network";

async function prove(args: readonly string[], { print, note }: Output): Promise<number> {
  const values = parseFlags(FLAGS, args);
  if (values.help) {
    print(`${ABOUT}\n\nUsage: bash run.sh [options]\n\n${helpOf(FLAGS)}`);
    return 0;
  }
  const { quick = false, software = false, budget = 480, only = PARTS } = values;
  const kit = resolve(values.kit ?? "."), out = resolve(values.from ?? ".", values.out ?? "gpu_proof");
  await Deno.mkdir(out, { recursive: true });
  const work = await Deno.makeTempDir({ prefix: "descent-proof-" }), started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  const [logPath, resultsPath] = [join(out, "log.txt"), join(out, "results.jsonl")];
  await Deno.writeTextFile(logPath, "");
  const log = (text: string) => Deno.writeTextFileSync(logPath, text, { append: true });
  const say = (line: string) => {
    print(`[${elapsed().toFixed(0).padStart(3)} s] ${line}`);
    log(`[${elapsed().toFixed(0)} s] ${line}\n`);
  };
  try {
    const driver = await findDriver({ kit, work, software, log: (line) => log(`${line}\n`) });
    if (driver === undefined) {
      throw new DescentError(
        `WebGPU finds no GPU here: every way that was tried is in ${logPath}; --software takes a software adapter`,
      );
    }
    say(`${driver.adapter.name}, with ${JSON.stringify(driver.env)}`);
    const isSoftware = driver.adapter.kind === "software";
    const torch = isSoftware ? undefined : await findTorch(values.python);
    if (torch) say(`PyTorch ${torch.version} of ${torch.python}, ${torch.cuda ? "with" : "without"} CUDA`);
    const steps = proofSteps(only, {
      deno: Deno.execPath(),
      python: torch?.cuda ? torch.python : undefined,
      runs: join(out, "runs"),
      env: driver.env,
      engineFlags: await engineFlags(),
      quick,
      software: isSoftware,
    });
    const ends = await runSteps(steps, {
      budget,
      elapsed,
      say,
      log,
      run: (step, seconds) => runCommand(step, seconds, Deno.cwd()),
    });
    const head = { adapter: driver.adapter.name, software: isSoftware, env: driver.env, quick };
    const lines = ends.flatMap((
      { lines, ...end },
    ) => [end, ...lines.map((line) => ({ step: end.name, ...line }))]);
    await Deno.writeTextFile(
      resultsPath,
      [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
    const { text, wrong } = conclusion(ends), failed = ends.filter(({ ok }) => !ok);
    const words = [text, ...wrong, `${ends.length - failed.length} of ${ends.length} steps went well`];
    print(`\n${words.join("\n\n")}`);
    await Deno.writeTextFile(join(out, "summary.txt"), `${driver.adapter.name}\n\n${words.join("\n\n")}\n`);
    note(`Wrote summary.txt, results.jsonl, log.txt and runs into ${out}`);
    return failed.length + wrong.length === 0 ? 0 : 1;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** What the kernels were compiled for, if the engine here knows it: another processor may not. */
async function engineFlags(): Promise<string> {
  const flags = (await Deno.readTextFile("kernels/build/engine.flags")).trim();
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", "0"],
    env: { DENO_V8_FLAGS: flags },
    stdout: "null",
    stderr: "null",
  }).output();
  return success ? flags : "--wasm-bounds-checks";
}

if (import.meta.main) Deno.exit(await guarded(() => prove(Deno.args, CONSOLE)));
