/** What the autoencoders of a chapter add up to: tables, claims, figures. */
import { sizeOf } from "../../src/core/tensor.ts";
import type { Splits } from "../../src/data/mnist.ts";
import { toJson } from "../../src/runs/json.ts";
import type { GroupReport } from "../group.ts";
import { metricsOf } from "../resume.ts";
import { type AutoencoderName, type AutoencoderSettings, RECIPES } from "./autoencoder.ts";
import type { AutoencoderCell } from "./cells.ts";
import { chapter2Claims, chapter3Claims, type ChapterNumbers } from "./claims.ts";
import { chapter4Claims } from "./noise_claims.ts";
import { chapterFigures } from "./sweep_figures.ts";
import { chapterTables, noiseTable, widthTable } from "./tables.ts";
import type { Judgement } from "./verdicts.ts";

/** Tables, claims and figures of the cells that there are, in the order of what the chapter varies. */
export async function reportOf(
  unsorted: readonly AutoencoderCell[],
  { name, settings, data, folders }: {
    readonly name: AutoencoderName;
    readonly settings: AutoencoderSettings;
    readonly data: Splits;
    readonly folders: readonly string[];
  },
): Promise<GroupReport> {
  const { table, chapter } = RECIPES[name], by = table ? "nodes" : "noise";
  const cells = unsorted.toSorted((a, b) => a[by] - b[by]);
  const metrics = new Map(
    await Promise.all(cells.map(async (cell) => [cell.run, await metricsOf(cell, folders)] as const)),
  );
  const losses = new Map(Array.from(metrics, ([run, lines]) => [
    run,
    lines.filter(({ stage }) => stage === "autoencoder").map(({ loss }) => Number(loss)),
  ]));
  const sizes = { validation: data.validation.rows, test: data.test.rows };
  const numbers: ChapterNumbers = { cells, sizes, pixels: sizeOf(data.test.imageShape), losses };
  const judgements: readonly Judgement[] = cells.length === 0
    ? []
    : chapter === 2
    ? chapter2Claims(numbers, table!.rows)
    : chapter === 3
    ? chapter3Claims(numbers, table!.rows)
    : chapter4Claims(numbers);
  const title = table ? `${table.name}: ${RECIPES[name].title}` : `Chapter 4: ${RECIPES[name].title}`;
  const main = table ? widthTable(title, cells, table.rows, sizes) : noiseTable(title, cells, sizes);
  return {
    ...chapterTables(main, judgements),
    figures: cells.length === 0
      ? []
      : await chapterFigures({ cells, settings, data, folders, by, metrics, table: table?.rows }),
    summary: { claims: toJson([...judgements]) },
  };
}
