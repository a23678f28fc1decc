/** `deno task dashboard`: serves what the runs hold on this machine alone, or writes it as files. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DescentError, UsageError } from "../src/core/errors.ts";

const HELP = `Show runs in the browser

Usage: deno task dashboard [options]

  --port N      where to listen on 127.0.0.1; 0 takes any free port (default 8000)
  --runs DIR    folder of the runs; it need not exist yet (default runs)
  --export DIR  write the pages as files that open from disk, instead of serving them
  --help        print this`;

interface Options {
  readonly port: number;
  readonly runs: string;
  readonly exportTo?: string;
}

/** What the command line asks for; `help` where it asks for that. */
export function parseOptions(args: readonly string[]): Options | "help" {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        port: { type: "string", default: "8000" },
        runs: { type: "string", default: "runs" },
        export: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }));
  } catch (error) {
    // Node's first sentence says what is wrong; the others are about arguments that begin with a dash.
    const [sentence] = (error instanceof Error ? error.message : String(error)).split(". ");
    throw new UsageError(`${sentence}; --help lists the options`);
  }
  if (values.help) return "help";
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65535) {
    throw new UsageError(`--port must be a whole number from 0 to 65535, got "${values.port}"`);
  }
  if (values.runs === "" || values.export === "") {
    throw new UsageError("--runs and --export take the name of a folder");
  }
  return { port, runs: values.runs, ...(values.export !== undefined && { exportTo: values.export }) };
}

/** Runs the server in a worker that may read what it serves and nothing else, and write nothing. */
async function serve({ port, runs }: Options): Promise<number> {
  const folder = resolve(runs), sources = fileURLToPath(new URL("../", import.meta.url));
  const packages = fileURLToPath(import.meta.resolve("@expo-google-fonts/inter/package.json")).split(
    "/@expo-google-fonts/",
  )[0]!;
  const worker = new Worker(import.meta.resolve("./worker.ts"), {
    type: "module",
    deno: {
      permissions: {
        read: [sources, packages, folder, await realPath(folder)],
        net: [port === 0 ? "127.0.0.1" : `127.0.0.1:${port}`],
        sys: ["hostname"],
      },
    },
  });
  await Deno.permissions.revoke({ name: "write" });
  return await new Promise((done) => {
    worker.onmessage = ({ data }: MessageEvent<{ readonly url?: string; readonly problem?: string }>) => {
      if (data.url !== undefined) console.log(`Dashboard  ${data.url}  (runs of ${runs}; Ctrl-C ends it)`);
      if (data.problem === undefined) return;
      console.error(data.problem);
      done(1);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      console.error(event.message);
      done(1);
    };
    worker.postMessage({ port, runs: folder, shown: runs });
  });
}

/** Where a folder lies if it is a link; it need not exist. */
async function realPath(folder: string): Promise<string> {
  try {
    return await Deno.realPath(folder);
  } catch {
    return folder;
  }
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options === "help") {
      console.log(HELP);
      return 0;
    }
    if (options.exportTo === undefined) return await serve(options);
    const { exportSite } = await import("./export.ts");
    const { pages, index } = await exportSite(options.runs, options.exportTo);
    console.log(`Wrote ${pages} pages: open ${index}`);
    return 0;
  } catch (error) {
    if (!(error instanceof DescentError)) throw error;
    console.error(error.message);
    return error.exitCode;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
