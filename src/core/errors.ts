/**
 * A mistake in what was asked for: a shape that does not fit, a file that is damaged, a value out of range.
 * The message is one sentence that names the value and the way out; programs print it without a stack trace.
 *
 * @example
 * ```ts
 * import { DescentError, loadModel } from "descent";
 * try {
 *   await loadModel("digits.safetensors");
 * } catch (error) {
 *   if (!(error instanceof DescentError)) throw error;
 *   console.error(error.message); // Cannot read the model digits.safetensors: no such file or directory
 * }
 * ```
 */
export class DescentError extends Error {
  /** The class's own name, by which a log tells these errors from others. */
  override readonly name: string = "DescentError";
  /** What a command-line program exits with: 1, the work could not be done. */
  readonly exitCode: number = 1;
}

/** A command line that cannot be understood: unknown task, flag or value. Programs exit with 2. */
export class UsageError extends DescentError {
  override readonly name = "UsageError";
  override readonly exitCode = 2;
}

/** The device under an executor is gone: another executor can go on from the last checkpoint. */
export class DeviceLostError extends DescentError {
  override readonly name = "DeviceLostError";
}

/** Training came to numbers that are none. */
export class DivergedError extends DescentError {
  override readonly name = "DivergedError";
}

/** Throws a `DescentError` when `condition` does not hold; narrows the type like an assertion. */
export function require(condition: unknown, message: string | (() => string)): asserts condition {
  if (!condition) throw new DescentError(typeof message === "string" ? message : message());
}

/** Marks a branch that the types say cannot be reached. */
export function unreachable(value: never): never {
  throw new Error(`Unreachable value ${JSON.stringify(value)}`);
}

/**
 * Why a file operation failed, in a few words without the system's numbers: `not a directory`, `no space left on device`;
 * where Deno keeps the program out, what to do about it.
 */
export function causeOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const kept = message.match(/^Requires (\w+) access to .*, run again with the (--allow-\w+) flag/s);
  // What only all permissions together open, such as /proc, is not worth them.
  if (kept?.[1] === "all") return "Deno keeps programs out of it";
  if (kept) return `this program has no ${kept[1]} access to it; start Deno with ${kept[2]}`;
  // The system's words come first; Deno appends an error number, the call and the path.
  const words = message.replace(/ \(os error \d+\)[^]*$/, "").replaceAll("\n", " ");
  return words.charAt(0).toLowerCase() + words.slice(1);
}
