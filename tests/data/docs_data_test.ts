/** The programs of docs/data.md, beside the files that they name. */
import { assertEquals } from "@std/assert";
import { zipSync } from "fflate";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeIdx, withTempFolder, writeIdxFolder } from "../fixtures.ts";
import { encodeNpy } from "../npy_fixtures.ts";
import { encodePng } from "../png_fixtures.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

async function writeFiles(folder: string): Promise<void> {
  await Deno.writeTextFile(join(folder, "homes.csv"), "id,area,city,price\n1,50,Oslo,410\n2,75,Bergen,390\n");
  await Deno.writeTextFile(join(folder, "later.csv"), "city,area\nOslo,60\n");
  await Deno.mkdir(join(folder, "fashion"));
  await writeIdxFolder(join(folder, "fashion"), { train: 20, t10k: 10, size: 8 });
  await Deno.mkdir(join(folder, "emnist"));
  for (const part of ["train", "test"]) {
    const at = (end: string) => join(folder, "emnist", `emnist-letters-${part}-${end}`);
    await Deno.writeFile(at("images-idx3-ubyte"), encodeIdx([2, 2, 2], new Uint8Array(8)));
    await Deno.writeFile(at("labels-idx1-ubyte"), encodeIdx([2], Uint8Array.of(1, 26)));
    for (const kind of ["cat", "dog"]) {
      const pets = join(folder, "pets", part, kind), samples = Array(64).fill(9);
      await Deno.mkdir(pets, { recursive: true });
      await Deno.writeFile(
        join(pets, "1.png"),
        encodePng({ width: 8, height: 8, depth: 8, colourType: 0, samples }),
      );
    }
  }
  const images = encodeNpy([2, 2, 2], new Uint8Array(8), { descr: "|u1" });
  const labels = encodeNpy([2], Uint8Array.of(3, 0), { descr: "|u1" });
  const arrays = { "x_train.npy": images, "y_train.npy": labels, "x_test.npy": images, "y_test.npy": labels };
  await Deno.writeFile(join(folder, "mnist.npz"), zipSync(arrays));
  await Deno.writeFile(join(folder, "x.npy"), encodeNpy([2, 1], Float32Array.of(1, 2), { descr: "<f4" }));
}

Deno.test("the programs of docs/data.md pass the type checker and run as they stand", () =>
  withTempFolder(async (folder) => {
    await writeFiles(folder);
    const text = await Deno.readTextFile(join(ROOT, "docs/data.md"));
    const programs = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, program]) => program!);
    const lines = programs.flatMap((program) => program.split("\n"));
    const isImport = (line: string) => line.startsWith("import ");
    const names = new Set(
      lines.filter(isImport).flatMap((line) => {
        const [, listed, from] = /\{ (.*) \} from "(descent[a-z/]*)"/.exec(line)!;
        return listed!.split(", ").map((name) => `import { ${name} } from "${from}";`);
      }),
    );
    const bodies = programs.map((program) =>
      program.split("\n").filter((line) => !isImport(line)).join("\n")
    );
    const path = join(folder, "program.ts");
    await Deno.writeTextFile(path, [...names, ...bodies.map((body) => `{\n${body}}`)].join("\n"));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--check", "--allow-all", "--config", join(ROOT, "deno.json"), path],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals([success, new TextDecoder().decode(stderr)], [true, ""]);
    const printed = new TextDecoder().decode(stdout).split("\n");
    assertEquals(printed.slice(0, 2), ['[ "area", "city=Bergen", "city=Oslo" ]', "1 rows more"]);
    assertEquals(programs.length, 4);
  }));
