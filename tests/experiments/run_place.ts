/** Small images in a folder, and a place where runs of them are made and nothing is printed. */
import { basename, join } from "node:path";
import type { Place } from "../../experiments/lab/place.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { type IdxFolderOptions, withTempFolder, writeIdxFolder } from "../fixtures.ts";

/** A place for runs, and what was said there. */
export interface TestPlace extends Place {
  /** The folder of the images. */
  readonly data: string;
  readonly said: readonly string[];
}

/** Runs `use` with a place that is gone afterwards; the folder for runs is not there yet. */
export async function withRunPlace(
  images: IdxFolderOptions,
  use: (place: TestPlace) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (folder) => {
    const data = join(folder, "set");
    const said: string[] = [];
    await Deno.mkdir(data);
    await writeIdxFolder(data, images);
    const executor = await wasmExecutor({ threads: 1 });
    try {
      await use({
        data,
        said,
        out: join(folder, "runs"),
        backend: "wasm",
        threads: 1,
        choice: { executor, why: "asked for" },
        screen: {
          say: (text) => void said.push(text),
          progress: () => ({ steps() {}, epoch() {}, stop() {} }),
        },
        published: () => null,
      });
    } finally {
      executor.close();
    }
  });
}

/** Names of the runs in a place, without their times: `sdae-pretrain`. */
export async function runsIn({ out }: Pick<Place, "out">): Promise<readonly string[]> {
  const names = await Array.fromAsync(Deno.readDir(out), ({ name }) => basename(name));
  return names.map((name) => name.replace(/-\d{8}-\d{6}(-\d+)?$/, "")).sort();
}

/** Names of the files of some figures, sorted. */
export function figureFiles(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => [`${name}.csv`, `${name}.png`, `${name}.svg`]).sort();
}

/** What a function prints, and what it resolves to. */
export async function printed<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly text: string }> {
  const { log, error } = console;
  const lines: string[] = [];
  console.log = console.error = (text: string) => void lines.push(text);
  try {
    const value = await work();
    return { value, text: lines.join("\n") };
  } finally {
    Object.assign(console, { log, error });
  }
}
