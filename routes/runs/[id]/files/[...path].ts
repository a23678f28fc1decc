/** Any file of a run, as it is; of models only those that are as the run saved them. */
import { define, namesIn, notFound } from "../../../../dashboard/define.ts";
import { findFile } from "../../../../dashboard/folder.ts";
import { modelProblem } from "../../../../dashboard/model_check.ts";
import { FILE_POLICY } from "../../../../dashboard/security.ts";

/** What browsers may show; all else is for keeping. JSON and Markdown are shown as the text that they are. */
const TYPES: Readonly<Record<string, string>> = {
  png: "image/png",
  svg: "image/svg+xml",
  csv: "text/plain; charset=utf-8",
  json: "text/plain; charset=utf-8",
  jsonl: "text/plain; charset=utf-8",
  md: "text/plain; charset=utf-8",
  txt: "text/plain; charset=utf-8",
};

export const handler = define.handlers({
  async GET({ url, state: { library } }) {
    const [, id = "", , ...names] = namesIn(url), found = findFile(library.store.root, [id, ...names]);
    if (found === undefined) return notFound("There is no such file in this run.");
    const problem = await modelProblem(library.store, id, names.join("/"));
    if (problem !== undefined) {
      return new Response(problem, { status: 409, headers: { "content-type": "text/plain; charset=utf-8" } });
    }
    const ending = names.at(-1)!.split(".").at(-1)!.toLowerCase(), type = TYPES[ending];
    const file = await Deno.open(found.path);
    return new Response(file.readable, {
      headers: {
        "content-type": type ?? "application/octet-stream",
        "content-security-policy": FILE_POLICY,
        "cache-control": "no-cache",
        ...(type === undefined && { "content-disposition": "attachment" }),
      },
    });
  },
});
