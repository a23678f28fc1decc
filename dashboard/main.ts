/** `deno task dashboard`: serves what the runs hold on this machine alone, or writes it as files. */
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { guarded, usageOf } from "../src/cli/command.ts";
import { assetVersions } from "./assets.ts";
import { path, wholeNumber } from "../src/cli/flags.ts";
import { parseFlags } from "../src/cli/parse_flags.ts";
import { BESIDE_FOLDER } from "../src/runs/beside.ts";

const ABOUT = "Show runs in the browser";

const FLAGS = {
  port: {
    value: "N",
    help: "where to listen on 127.0.0.1; 0 takes any free port (default 8000)",
    parse: wholeNumber(0, 65535),
  },
  runs: { value: "DIR", help: "folder of the runs; it need not exist yet (default runs)", parse: path },
  "read-only": { help: "change nothing: no names, tags and notes of runs, and none can be stopped" },
  export: {
    value: "DIR",
    help:
      "write the pages as files, instead of serving them: they open from disk, and from a file host their reports train",
    parse: path,
  },
  help: { short: "h", help: "print this" },
} as const;

interface Options {
  readonly port: number;
  readonly runs: string;
  readonly readOnly: boolean;
  readonly exportTo?: string;
}

/** What the command line asks for; `help` where it asks for that. */
export function parseOptions(args: readonly string[]): Options | "help" {
  const { port = 8000, runs = "runs", export: exportTo, help, ...rest } = parseFlags(FLAGS, args);
  const readOnly = rest["read-only"] ?? false;
  return help ? "help" : { port, runs, readOnly, ...(exportTo !== undefined && { exportTo }) };
}

/** Runs the server in a worker that may read what it serves and nothing else, and write beside the runs alone. */
async function serve({ port, runs, readOnly }: Options): Promise<number> {
  const folder = resolve(runs),
    folders = [folder, await realPath(folder)],
    sources = fileURLToPath(new URL("../", import.meta.url));
  const packages = fileURLToPath(import.meta.resolve("@expo-google-fonts/inter/package.json")).split(
    "/@expo-google-fonts/",
  )[0]!;
  await assetVersions(); // makes the fonts, which the worker may not write
  const worker = new Worker(import.meta.resolve("./worker.ts"), {
    type: "module",
    deno: {
      permissions: {
        read: [sources, packages, ...folders],
        write: readOnly ? false : folders.map((one) => join(one, BESIDE_FOLDER)),
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
    worker.postMessage({ port, runs: folder, shown: runs, readOnly });
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
  const options = parseOptions(args);
  if (options === "help") {
    console.log(usageOf({ about: ABOUT, task: "dashboard", flags: FLAGS }));
    return 0;
  }
  if (options.exportTo === undefined) return await serve(options);
  const { exportSite } = await import("./export.ts");
  const { pages, index, bytes, recomputeBytes } = await exportSite(options.runs, options.exportTo);
  const megabytes = (count: number) => (count / 1e6).toFixed(1);
  console.log(
    `Wrote ${pages} pages, ${megabytes(bytes)} MB, of them ${
      megabytes(recomputeBytes)
    } MB that are loaded where a ` +
      `reader trains: open ${index}, or put the folder on any file host, from which its reports train`,
  );
  return 0;
}

if (import.meta.main) Deno.exit(await guarded(() => main(Deno.args)));
