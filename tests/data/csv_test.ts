/** CSV as sets. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DescentError } from "../../src/core/errors.ts";
import { parseCsv, type ParseCsvOptions, readCsv } from "../../src/data/csv.ts";
import { encodeIdx, gzipBytes, withTempFolder } from "../fixtures.ts";

const FLOWERS =
  "petal,width,species\n1.4,0.2,setosa\n5.1,1.8,virginica\n4.5,1.5,versicolor\n1.3,0.2,setosa\n";

function messageOf(text: string, options: ParseCsvOptions = {}): string {
  return assertThrows(() => parseCsv(text, { path: "x.csv", ...options }), DescentError).message;
}

Deno.test("parseCsv() makes classes of a target of text, sorted by their names", () => {
  const set = parseCsv(FLOWERS, { target: "species" });
  assertEquals(set, {
    inputs: Float32Array.of(1.4, 0.2, 5.1, 1.8, 4.5, 1.5, 1.3, 0.2),
    inputShape: [2],
    inputNames: ["petal", "width"],
    targets: Uint8Array.of(0, 2, 1, 0),
    classNames: ["setosa", "versicolor", "virginica"],
    columns: {
      inputs: [{ name: "petal" }, { name: "width" }],
      targets: [{ name: "species", categories: ["setosa", "versicolor", "virginica"] }],
    },
    droppedLines: [],
  });
});

Deno.test("parseCsv() makes values of a target of numbers, and classes of it where it is called categorical", () => {
  const text = "a,y\n1,10\n2,9\n3,10\n";
  const values = parseCsv(text, { target: "y" }),
    classes = parseCsv(text, { target: "y", categorical: ["y"] });
  assertEquals([values.targets, values.classNames], [Float32Array.of(10, 9, 10), undefined]);
  assertEquals([classes.targets, classes.classNames], [Uint8Array.of(1, 0, 1), ["9", "10"]]);
});

Deno.test("parseCsv() takes several targets, of numbers alone, and leaves columns out", () => {
  const text = "id,sun,a,rain\n7,1,0.5,0\n8,0,-2e1,1\n";
  const set = parseCsv(text, { target: ["rain", "sun"], omit: ["id"] });
  assertEquals([set.inputs, set.inputShape], [Float32Array.of(0.5, -20), [1]]);
  assertEquals(set.targets, Float32Array.of(0, 1, 1, 0));
  assertEquals(set.columns.targets, [{ name: "rain" }, { name: "sun" }]);
  assertEquals(
    messageOf("a,b,c\n1,x,2\n", { target: ["c", "b"] }),
    'The target "b" holds categories, so it must be the only target; several targets are columns of numbers',
  );
});

Deno.test("parseCsv() without a target makes a set without targets", () => {
  const set = parseCsv("a,b\n1,2\n");
  assertEquals(["targets" in set, "classNames" in set, set.inputs], [false, false, Float32Array.of(1, 2)]);
});

Deno.test("parseCsv() gives each category of an input a place of its own", () => {
  const set = parseCsv("city,area,deck\nOslo,50,10\nBergen,75,9\nOslo,20,10\n", {
    categorical: ["deck", "city"],
  });
  assertEquals(set.inputNames, ["city=Bergen", "city=Oslo", "area", "deck=9", "deck=10"]);
  assertEquals(set.inputs, Float32Array.of(0, 1, 50, 0, 1, 1, 0, 75, 1, 0, 0, 1, 20, 0, 1));
  assertEquals(set.inputShape, [5]);
});

Deno.test("parseCsv() reads later rows by the columns of the training rows, whatever their order", () => {
  const train = parseCsv("city,area,species\nOslo,50,b\nBergen,75,a\n", { target: "species" });
  // Kept as JSON beside a model, it is the same.
  const columns = JSON.parse(JSON.stringify(train.columns));
  const later = parseCsv("id,species,area,city\n1,b,20,Bergen\n2,b,30,Bergen\n", { columns });
  assertEquals(later.inputs, Float32Array.of(1, 0, 20, 1, 0, 30));
  assertEquals([later.targets, later.classNames], [Uint8Array.of(1, 1), ["a", "b"]]);
  assertEquals([later.inputNames, later.columns], [train.inputNames, train.columns]);
  const unknown = parseCsv("area,city\n9,Oslo\n", { columns });
  assertEquals([unknown.inputs, unknown.targets], [Float32Array.of(0, 1, 9), undefined]);
  assertEquals(
    messageOf("city,area\nOslo,1\nTromsø,2\n", { columns }),
    'Line 3 of x.csv has "Tromsø" in the column "city", where the rows before had Bergen, Oslo',
  );
  assertEquals(
    messageOf("city,area\nOslo,big\n", { columns }),
    'Line 2 of x.csv has "big" in the column "area", which is no number',
  );
  assertEquals(
    messageOf("city,arena\nOslo,1\n", { columns }),
    'x.csv has no column "area": did you mean "arena"?',
  );
  assertEquals(
    messageOf("city\nOslo\n", { columns, target: "city" }),
    "The option columns of parseCsv() says what each column is, so leave target out",
  );
});

Deno.test("parseCsv() reads quoted fields, blanks, marks of byte order, and every end of line", () => {
  const quoted = parseCsv('name,"a, ""b""",y\r\n "x\r\ny" ,1, 2 \r\n\r\n"x\ny", 3,4\r\n\r\n', {
    target: "y",
  });
  assertEquals(quoted.inputNames, ["name=x\ny", "name=x\r\ny", 'a, "b"']);
  assertEquals(quoted.targets, Float32Array.of(2, 4));
  for (const end of ["\n", "\r\n", "\r"]) {
    for (const [start, close] of [["", ""], ["\ufeff", end], ["", end + end]] as const) {
      const text = start + ["a,b", "1,x", "2,y"].join(end) + close;
      assertEquals(parseCsv(text, { target: "b" }).inputs, Float32Array.of(1, 2), JSON.stringify(text));
    }
  }
});

Deno.test("parseCsv() reads other delimiters, and says when it should", () => {
  const text = "a;b\n1;2\n";
  assertEquals(parseCsv(text, { delimiter: ";" }).inputs, Float32Array.of(1, 2));
  assertEquals(parseCsv("a\tb\n1\t2\n", { delimiter: "\t" }).inputs, Float32Array.of(1, 2));
  assertEquals(
    messageOf(text),
    'The first line of x.csv is one field, "a;b"; say what stands between fields, { delimiter: ";" }',
  );
  assertEquals(
    messageOf(text, { delimiter: "" }),
    'The delimiter of parseCsv() is a character such as "," or ";", got ""',
  );
});

Deno.test("parseCsv() reads rows without a header by the names given", () => {
  const set = parseCsv("1,2\n3,4\n", { header: ["a", "y"], target: "y" });
  assertEquals([set.inputs, set.targets], [Float32Array.of(1, 3), Float32Array.of(2, 4)]);
});

Deno.test("parseCsv() refuses missing values by line and column, or drops their rows", () => {
  const text = "id,a,b,y\n1,5,x,0\n2,,x,1\n3,7,NA,0\n,9,z,1\n";
  assertEquals(
    messageOf(text),
    'Line 3 of x.csv has no value in the column "a"; fill it in, or drop such rows, { missing: "drop" }',
  );
  assertEquals(
    messageOf(text, { omit: ["a"] }).startsWith('Line 4 of x.csv has "NA" in the column "b"; fill'),
    true,
  );
  const set = parseCsv(text, { target: "y", omit: ["id"], missing: "drop" });
  assertEquals([set.inputs, set.targets], [Float32Array.of(5, 1, 0, 9, 0, 1), Float32Array.of(0, 1)]);
  assertEquals(set.droppedLines, [3, 4]);
  assertEquals(parseCsv("a\n1\n?\n", { missing: "drop", missingValues: ["?"] }).droppedLines, [3]);
  assertEquals(
    messageOf("a,b\n,1\n2,\n", { missing: "drop" }),
    "x.csv holds no rows: each of the 2 lacks a value",
  );
});

Deno.test("parseCsv() says on which line what is wrong, also behind fields of several lines", () => {
  const cases: readonly (readonly [string, ParseCsvOptions, string])[] = [
    ["", {}, "x.csv is empty; a CSV file begins with a line of column names"],
    ["\n\r\n", {}, "x.csv is empty; a CSV file begins with a line of column names"],
    ["a,b\n", {}, "x.csv holds no rows behind its header"],
    ["a,b,a\n1,2,3\n", {}, 'x.csv has the column "a" twice, as columns 1 and 3; rename one of them'],
    [
      'a,b\n1,"x\r\ny"\r\n\r\n2\n',
      {},
      "Line 5 of x.csv has 1 fields, but there are 2 columns: a, b; correct the line",
    ],
    [
      'a,b\n1,"x\ny"\n"2\n3",4,5\n',
      {},
      "Line 4 of x.csv has 3 fields, but there are 2 columns: a, b; correct the line",
    ],
    [FLOWERS, { target: "specis" }, 'x.csv has no column "specis": did you mean "species"?'],
    [FLOWERS, { target: "kind" }, 'x.csv has no column "kind": it has petal, width, species'],
    [FLOWERS, { omit: ["Petal"] }, 'x.csv has no column "Petal": did you mean "petal"?'],
    [FLOWERS, { categorical: ["x"] }, 'x.csv has no column "x": it has petal, width, species'],
    [
      FLOWERS,
      { target: "petal", omit: ["petal"] },
      'The column "petal" is a target and left out, or a target twice; name it once',
    ],
    ["a\n1\n", { target: "a" }, "x.csv has no columns for the inputs: it has a"],
    [
      FLOWERS,
      { categorical: ["petal"] },
      'Line 2 of x.csv has "setosa" in the column "species", which is no number; correct it, or name the column in ' +
      "categorical",
    ],
    [
      "a\n1e39\n",
      {},
      'Line 2 of x.csv has 1e39 in the column "a", which is more than float32 holds; give the column in another unit',
    ],
    [
      'a,b\n1,2\n3,"4\n5,6\n',
      {},
      "The row that begins on line 3 of x.csv has a quote in field 2 that is never closed; close it: a quote within " +
      "a field in quotes is written as two",
    ],
    [
      'a,b\n1,2"3"\n',
      {},
      "The row that begins on line 2 of x.csv has a quote in field 2 within a field that is not in quotes; put the " +
      "field in quotes: a quote within a field in quotes is written as two",
    ],
    [
      'a,b\n1,"2"3\n',
      {},
      "The row that begins on line 2 of x.csv has more behind a closing quote in field 2; a quote within a field in " +
      "quotes is written as two",
    ],
    ["a,b\n1,\0\n", {}, "x.csv is no CSV file: it holds bytes that are no text; it begins with 61 2c 62 0a"],
  ];
  for (const [text, options, message] of cases) assertEquals(messageOf(text, options), message);
});

Deno.test("parseCsv() refuses a column of numbers and text, unless it is called categorical", () => {
  const text = "power\n130\n?\n95\n";
  assertEquals(
    messageOf(text),
    'The column "power" of x.csv holds "130" on line 2 and "?" on line 3: correct it, name it in categorical, or let ' +
      '"?" mean a missing value, { missingValues: ["?"] }',
  );
  assertEquals(
    messageOf("power\n?\n130\n"),
    'The column "power" of x.csv holds "?" on line 2 and "130" on line 3: correct it, name it in categorical, or let ' +
      '"?" mean a missing value, { missingValues: ["?"] }',
  );
  assertEquals(parseCsv(text, { categorical: ["power"] }).inputNames, ["power=130", "power=95", "power=?"]);
});

Deno.test("parseCsv() refuses a column of notes, and takes as many categories as are asked for", () => {
  const text = `name\n${Array.from({ length: 300 }, (_, i) => `n${i}`).join("\n")}\n`;
  assertEquals(
    messageOf(text),
    'The column "name" of x.csv holds more than 256 kinds of text, such as "n256"; leave it out, { omit: ["name"] }, ' +
      "or name it in categorical",
  );
  assertEquals(parseCsv(text, { categorical: ["name"] }).inputShape, [300]);
  const classes = parseCsv(`a,${text.replaceAll(/\n(?=.)/g, "\n1,")}`, {
    target: "name",
    categorical: ["name"],
  });
  assert(classes.targets instanceof Uint16Array && classes.targets.length === 300);
});

Deno.test("parseCsv() checks its options by name and value", () => {
  const wrong = (options: object) => messageOf("a\n1\n", options);
  assertEquals(wrong({ targets: "a" }), 'parseCsv() has no option "targets": did you mean target?');
  assertEquals(
    wrong({ missing: "skip" }),
    'The option missing of parseCsv() is "error" or "drop", got "skip"',
  );
  assertEquals(
    wrong({ target: 3 }),
    "The target of parseCsv() is the name of a column, or a list of names, got 3",
  );
  assertEquals(wrong({ omit: "a" }), 'The option omit of parseCsv() is a list, such as ["a", "b"], got "a"');
});

Deno.test("readCsv() reads plain and packed files, and says what a file is that is no CSV", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "x.csv"), bytes = new TextEncoder().encode(FLOWERS);
    await Deno.writeFile(path, bytes);
    assertEquals(await readCsv(path, { target: "species" }), parseCsv(FLOWERS, { target: "species" }));
    await Deno.writeFile(path, await gzipBytes(bytes));
    assertEquals(await readCsv(path, { target: "species" }), parseCsv(FLOWERS, { target: "species" }));
    const refusal = async (bytes: Uint8Array) => {
      await Deno.writeFile(path, bytes);
      return (await assertRejects(() => readCsv(path), DescentError)).message;
    };
    assertEquals(
      await refusal(Uint8Array.of(0x50, 0x4b, 3, 4, 9)),
      `${path} is no CSV file: it begins with 50 4b 03 04, as a zip archive (.npz and .xlsx are such) does`,
    );
    assertEquals(
      await refusal(encodeIdx([1], Uint8Array.of(7))),
      `${path} is no CSV file: it holds bytes that are no text; it begins with 00 00 08 01`,
    );
    assertEquals(
      await refusal(Uint8Array.of(0xff, 0xfe, 0x61, 0)),
      `${path} is text in UTF-16; save it as UTF-8`,
    );
    assertEquals(
      await refusal(Uint8Array.of(0xe9, 0x0a, 0x31, 0x0a)),
      `${path} has letters in its header that are no UTF-8; save it as UTF-8`,
    );
    assertEquals(
      await refusal(Uint8Array.of(0x61, 0x0a, 0xe9, 0x0a)),
      `Line 2 of ${path} has letters in the column "a" that are no UTF-8; save it as UTF-8`,
    );
    assertEquals(
      (await assertRejects(() => readCsv(join(folder, "y.csv")), DescentError)).message,
      `Cannot read ${join(folder, "y.csv")}: there is no such file`,
    );
  }));
