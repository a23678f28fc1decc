/** Deno's engine takes flags when it starts alone: how a program that is running already comes to them. */

/** Deno reads flags of its engine, V8, from this variable. */
export const FLAGS_VARIABLE = "DENO_V8_FLAGS";

/** Programs that are not there to be read again: typed, or come through a pipe. */
const READ_ONCE = /\$deno\$(repl|stdin)\.\w+$|^file:\/\/\/(dev|proc)\//;

/**
 * Starts this program again in its own process, by the same command line, with flags for the engine: it then has another
 * engine and the same process id, standard streams and arguments. Gives false where that cannot be: elsewhere than on
 * Linux, without all permissions, and where V8 does not know a flag, at which it would not start.
 */
export function restartWith(flags: readonly string[]): boolean {
  const { os, arch } = Deno.build, isThread = "WorkerGlobalScope" in globalThis;
  if (os !== "linux" || arch !== "x86_64" || isThread) return false;
  const line = commandLine();
  if (line === undefined || isOfMany(line) || READ_ONCE.test(Deno.mainModule)) return false;
  const asked = Deno.env.get(FLAGS_VARIABLE), all = [...(asked?.split(",") ?? []), ...flags].join(",");
  if (!engineTakes(all)) return false;
  Deno.env.set(FLAGS_VARIABLE, all);
  execute(Deno.execPath(), line);
  // Whoever comes back here goes on without.
  if (asked === undefined) Deno.env.delete(FLAGS_VARIABLE);
  else Deno.env.set(FLAGS_VARIABLE, asked);
  return false;
}

/** Whether other programs than the caller run in this process, as under `deno test`. */
function isOfMany(line: Uint8Array<ArrayBuffer>): boolean {
  const [, ...words] = new TextDecoder().decode(line).split("\0");
  return ["test", "bench", "jupyter"].includes(words.find((word) => !word.startsWith("-"))!);
}

/** Whether V8 starts with these flags; it refuses those that it does not know. */
export function engineTakes(flags: string): boolean {
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", "0"],
    // Where no deno.json is in its way.
    cwd: "/",
    env: { [FLAGS_VARIABLE]: flags },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).outputSync().success;
}

/**
 * The words that this process was started by, permissions among them, each with a zero behind it. Those who have not all
 * permissions may not read them; undefined then.
 */
function commandLine(): Uint8Array<ArrayBuffer> | undefined {
  // Where nothing may be read, Deno would ask the user.
  if (Deno.permissions.querySync({ name: "read" }).state !== "granted") return undefined;
  try {
    return Deno.readFileSync("/proc/self/cmdline");
  } catch {
    return undefined;
  }
}

/** The system's `execv`, which puts another program in this one's place and returns only where it cannot. */
function execute(path: string, line: Uint8Array<ArrayBuffer>): void {
  const start = Deno.UnsafePointer.value(Deno.UnsafePointer.of(line)), words = [start];
  line.forEach((byte, i) => byte === 0 && i + 1 < line.length && words.push(start + BigInt(i + 1)));
  try {
    const library = Deno.dlopen("libc.so.6", {
      execv: { parameters: ["buffer", "buffer"], result: "i32" },
    });
    library.symbols.execv(new TextEncoder().encode(`${path}\0`), BigUint64Array.from([...words, 0n]));
  } catch {
    // A system whose library has another name.
  }
}
