/** `deno task q2`, `q3`, `q4`: all autoencoders of a chapter as one run, and what they add up to. */
import { type GroupRun, runGroup } from "../group.ts";
import type { Screen } from "../screen.ts";
import type { RunOptions } from "../training.ts";
import { loadData } from "../q1/prepare.ts";
import { type AutoencoderName, type AutoencoderSettings, RECIPES } from "./autoencoder.ts";
import {
  type AutoencoderCell,
  cellOf,
  cellTitle,
  describeCell,
  isAutoencoderCell,
  noiseTitle,
  sharedSettings,
} from "./cells.ts";
import { prepareAutoencoder } from "./prepare.ts";
import { CHAPTER_4 } from "./published.ts";
import { runAutoencoder } from "./run.ts";

export interface ChapterOptions extends RunOptions {
  /** Of every autoencoder, but for what the chapter varies. */
  readonly settings: AutoencoderSettings;
  /** Widths instead of those of the report's table. */
  readonly widths?: readonly number[];
  /** Folder of an interrupted run of the chapter. */
  readonly resume?: string;
}

/** Trains the autoencoders of a chapter that are not there yet, and reports on all. */
export async function runChapter(
  screen: Screen,
  name: AutoencoderName,
  options: ChapterOptions,
): Promise<GroupRun<AutoencoderCell>> {
  const { settings } = options, { group, table, title } = RECIPES[name], by = table ? "nodes" : "noise";
  const data = await loadData(options);
  const all = table
    ? (options.widths ?? table.rows.map(({ nodes }) => nodes)).map((nodes) => ({ ...settings, nodes }))
    : [0, ...CHAPTER_4.map(({ noise }) => noise)].map((noise) => ({ ...settings, noise }));
  return await runGroup<AutoencoderCell>(screen, {
    name: group,
    title: `${title}: ${all.map((one) => table ? one.nodes : noiseTitle(one.noise)).join(", ")}${
      table ? " nodes" : ""
    }`,
    data,
    settings: { [name]: sharedSettings(settings, by) },
    planned: all.map((own) => {
      const prepared = prepareAutoencoder(own, data);
      return {
        title: cellTitle(own, by),
        isDone: (cell: AutoencoderCell) => cell[by] === own[by],
        async run(choice, screen, place) {
          const run = await runAutoencoder(prepared, choice, screen, place);
          return run.interrupted ? undefined : cellOf(own, run);
        },
      };
    }),
    kindOf: () => name,
    isCell: isAutoencoderCell,
    describe: describeCell,
    async report(cells, folders) {
      const { reportOf } = await import("./report.ts");
      return await reportOf(cells, { name, settings, data, folders });
    },
  }, options);
}
