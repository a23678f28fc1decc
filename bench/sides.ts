/** Sides of a comparison as processes: how they are started, watched and read. */
import { fileURLToPath } from "node:url";
import type { Trained } from "../src/train/saved.ts";
import type { SideLine } from "./peers/side.ts";

/** How to start a side. */
export interface Side {
  /** What `--only` calls it. */
  readonly name: string;
  readonly threads: number;
  /** Workloads that it can do; all if left out. */
  readonly workloads?: readonly string[];
  readonly command: string;
  /** Most that starting, compiling and warming up take. Default 60. */
  readonly startSeconds?: number;
  /** Arguments before `--threads … --seconds … --data FOLDER W1`; it may write to that folder alone. */
  args(folder: string): readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Writes what it reads of the trained network of W11, besides the weights, before all rounds. */
  prepare?(folder: string, trained: Trained): Promise<void>;
}

/** A script of `peers/` under the Deno that runs this. Its packages are its own: neither our imports nor our lock. */
export function denoSide(name: string, script: string, threads: number, more: readonly string[] = []): Side {
  const own = ["run", "--quiet", "--no-prompt", "--no-config", "--no-lock"];
  const allowed = ["--allow-read", "--allow-env", "--allow-sys"];
  const path = fileURLToPath(new URL(`peers/${script}`, import.meta.url));
  return {
    name,
    threads,
    command: Deno.execPath(),
    args: (folder) => [...own, ...allowed, `--allow-write=${folder}`, path, ...more],
  };
}

/** A step of the slowest side takes half a second. */
function limitMs({ startSeconds = 60 }: Side, seconds: number): number {
  return 1000 * (startSeconds + 12 * seconds);
}

/** Runs a side on one workload; resolves to its lines, and to what went wrong if something did. */
export async function runSide(
  side: Side,
  workload: string,
  { seconds, folder }: { readonly seconds: number; readonly folder: string },
): Promise<{ readonly found: readonly SideLine[]; readonly problem?: string }> {
  const { command, env = {} } = side, limit = limitMs(side, seconds);
  const own = ["--threads", `${side.threads}`, "--seconds", `${seconds}`, "--data", folder, workload];
  const { success, stdout, stderr, signal } = await new Deno.Command(command, {
    args: [...side.args(folder), ...own],
    env: { NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(limit),
  }).output();
  const found = jsonLines(new TextDecoder().decode(stdout));
  if (success) return { found };
  if (signal === "SIGTERM") return { found, problem: `stopped after ${limit / 1000} s` };
  return { found, problem: lastLine(new TextDecoder().decode(stderr)) };
}

/** The lines that are JSON objects; a process that is stopped may leave half of one. */
export function jsonLines(text: string): readonly SideLine[] {
  return text.split("\n").filter((line) => line.startsWith("{")).flatMap((line) => {
    try {
      return [JSON.parse(line) as SideLine];
    } catch {
      return [];
    }
  });
}

/** Where programs say what went wrong: the last line that speaks of an error, or the last at all. */
function lastLine(text: string): string {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  // Deno says it first, Python last; below or above are the places where it happened.
  return lines.findLast((line) => /^(error: |[\w.]*(Error|Exception)\b)/.test(line)) ?? lines.at(-1) ??
    "it failed without a word";
}

/** What a program prints when all goes well; undefined if it is not there, fails, or takes over two minutes. */
export async function outputOf(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(120_000);
    const { success, stdout } = await new Deno.Command(command, {
      args: [...args],
      env,
      stderr: "null",
      signal,
    })
      .output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
