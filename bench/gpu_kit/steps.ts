/** Steps of a proof: commands one after another within a time, whose output is kept whatever becomes of them. */

/** One command of a proof. */
export interface ProofStep {
  readonly name: string;
  /** What it shows, for people. */
  readonly shows: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Most seconds; less where less is left. */
  readonly limit: number;
  /** It goes on as long as there is time: that it is stopped is no failure. Default false. */
  readonly fillsTime?: boolean;
  /** Of the last lines that it prints, so many are shown. Default 0. */
  readonly shown?: number;
}

/** What became of one. */
export interface StepEnd {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  /** Why not, where it is not. */
  readonly why?: string;
  /** What it printed as lines of JSON. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

/** What a command printed and how it ended. */
export interface Printed {
  readonly code: number;
  readonly timedOut: boolean;
  readonly text: string;
}

export interface StepsOptions {
  /** Seconds for all. */
  readonly budget: number;
  /** Since they began. */
  readonly elapsed: () => number;
  readonly run: (step: ProofStep, seconds: number) => Promise<Printed>;
  readonly say: (line: string) => void;
  /** Everything that is printed. */
  readonly log: (text: string) => void;
}

/** With less time left, a step is left out. */
const LEAST_SECONDS = 5;

/** Makes the steps; one that fails or takes too long ends none of the others. */
export async function runSteps(
  steps: readonly ProofStep[],
  { budget, elapsed, run, say, log }: StepsOptions,
): Promise<readonly StepEnd[]> {
  const ends: StepEnd[] = [];
  for (const step of steps) {
    const began = elapsed(), left = budget - began;
    if (left < LEAST_SECONDS) {
      ends.push({ name: step.name, ok: false, seconds: 0, why: "no time was left", lines: [] });
      say(`${step.name}: left out, no time was left`);
      continue;
    }
    const seconds = Math.min(step.limit, left);
    log(`\n===== ${step.name}: ${step.command} ${step.args.join(" ")}\n`);
    const { code, timedOut, text } = await run(step, seconds);
    log(text);
    const took = elapsed() - began, printed = text.split("\n").filter((line) => line.trim() !== "");
    const words = printed.filter((line) => !line.startsWith("{"));
    const why = timedOut && step.fillsTime
      ? undefined
      : timedOut
      ? `stopped after ${Math.round(seconds)} s`
      : code === 0
      ? undefined
      : `exit code ${code}`;
    ends.push({
      name: step.name,
      ok: why === undefined,
      seconds: took,
      ...(why !== undefined && { why }),
      lines: jsonObjects(printed),
    });
    say(`${step.name}: ${why === undefined ? "ok" : `FAILED, ${why}`}, ${took.toFixed(0)} s (${step.shows})`);
    const shown = why === undefined ? step.shown ?? 0 : 6;
    if (shown > 0) { for (const line of words.slice(-shown)) say(`    ${line.slice(0, 160)}`); }
  }
  return ends;
}

/** The lines that are JSON objects; a process that is stopped may leave half of one. */
function jsonObjects(lines: readonly string[]): readonly Readonly<Record<string, unknown>>[] {
  return lines.filter((line) => line.startsWith("{")).flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

/** Runs a command for so many seconds at most, in `cwd`; then all that it has started ends too. */
export async function runCommand(
  { command, args, env = {} }: ProofStep,
  seconds: number,
  cwd: string,
): Promise<Printed> {
  const { code, stdout, stderr } = await new Deno.Command("timeout", {
    args: ["-k", "5", String(Math.ceil(seconds)), command, ...args],
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  // What `timeout` gives: of itself, and of a command that had to be killed.
  return { code, timedOut: code === 124 || code === 137, text };
}
