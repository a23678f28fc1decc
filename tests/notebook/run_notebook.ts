/** Runs a notebook cell by cell. As a program it writes what the cells show into the file. */
import { dirname } from "node:path";
import { type Kernel, type Output, startKernel } from "./kernel.ts";

/** The parts of a notebook's file that matter here (nbformat 4). */
export interface Notebook {
  readonly cells: readonly Cell[];
}

/** A cell; one of code has outputs. */
export interface Cell {
  readonly cell_type: "code" | "markdown";
  readonly source: readonly string[];
  readonly outputs?: readonly StoredOutput[];
}

/** What a cell showed, as the file has it: texts by lines. */
export interface StoredOutput {
  readonly output_type: Output["kind"];
  readonly data?: Readonly<Record<string, readonly string[]>>;
  readonly text?: readonly string[];
}

/** A cell of code with what it shows now. */
export interface RunCell {
  readonly cell: Cell;
  readonly outputs: readonly Output[];
}

export async function readNotebook(path: string): Promise<Notebook> {
  return JSON.parse(await Deno.readTextFile(path));
}

/** Runs all cells of code in a kernel of their own, started where the notebook lies; `use` may run more there. */
export async function runNotebook<T>(
  path: string,
  use: (cells: readonly RunCell[], kernel: Kernel) => T | Promise<T>,
): Promise<T> {
  const { cells } = await readNotebook(path), kernel = await startKernel(dirname(path)), run: RunCell[] = [];
  try {
    for (const cell of cells.filter(({ cell_type }) => cell_type === "code")) {
      const outputs = await kernel.execute(cell.source.join(""));
      run.push({ cell, outputs });
      const error = outputs.find(({ kind }) => kind === "error");
      if (error) throw new Error(`${error.text}, in the cell\n${cell.source.join("")}`);
    }
    return await use(run, kernel);
  } finally {
    await kernel.close();
  }
}

function stored({ kind, data, text }: Output, count: number): unknown {
  const lines = (whole: string) => whole.match(/[^\n]*\n|[^\n]+/g) ?? [];
  if (kind === "stream") return { name: "stdout", output_type: kind, text: lines(text) };
  const byType = Object.fromEntries(Object.entries(data).sort().map(([type, whole]) => [type, lines(whole)]));
  return { data: byType, execution_count: count, metadata: {}, output_type: kind };
}

if (import.meta.main) {
  const path = Deno.args[0]!, notebook = await readNotebook(path);
  await runNotebook(path, async (run) => {
    const cells = notebook.cells.map((cell) => {
      const at = run.findIndex(({ cell: { source } }) => source.join() === cell.source.join());
      if (cell.cell_type !== "code") return cell;
      const outputs = run[at]!.outputs.map((output) => stored(output, at + 1));
      return { ...cell, execution_count: at + 1, outputs };
    });
    await Deno.writeTextFile(path, `${JSON.stringify({ ...notebook, cells }, null, 1)}\n`);
  });
}
