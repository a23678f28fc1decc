/**
 * A kernel's WGSL text taken apart, so that several can be put together into one. What is asked of a text is what
 * the library's kernels have: `override`s, storage arrays bound in the order of the operands, then maybe the step,
 * workgroup arrays of a literal size, and an entry point `main` of 256 threads.
 */

/** An array that the kernel is given, or one that its workgroup shares. */
export interface WgslArray {
  readonly name: string;
  /** Type of its elements, such as `vec4f`. */
  readonly element: string;
}

/** What a kernel's text holds. */
export interface WgslModule {
  readonly overrides: readonly string[];
  /** In the order of their bindings. */
  readonly storage: readonly WgslArray[];
  /** The step row, if the kernel reads it. */
  readonly step: { readonly name: string; readonly type: string } | undefined;
  readonly shared: readonly (WgslArray & { readonly length: number })[];
  /** The builtins that `main` takes, in order. */
  readonly builtins: readonly string[];
  /** Declarations that go on as they are but for names: overrides, structs, constants and functions, `main` among them. */
  readonly declarations: readonly WgslDeclaration[];
  /** `main` as what it does to each vector, where it is a loop over them alone. */
  readonly loop: WgslLoop | undefined;
  /** Positions in `storage` of arrays of vectors of which the text has nothing but one `array[…] = …;`. */
  readonly stored: readonly number[];
}

/** The loop of a kernel over flat arrays. */
export interface WgslLoop {
  /** The variable that counts. */
  readonly index: string;
  /** What comes before the loop, and what is in it. */
  readonly before: readonly string[];
  readonly body: readonly string[];
  /** Positions in `storage` of arrays that are looked at by `[index]` alone. */
  readonly direct: readonly number[];
  /** What the loop goes to. */
  readonly bound: string;
  /** A vector's place plays no part but to find it: the loop can be made in pieces. */
  readonly isPlaceless: boolean;
}

/** One declaration of a module. */
export interface WgslDeclaration {
  readonly kind: "override" | "struct" | "const" | "alias" | "fn";
  readonly name: string;
  /** Words, numbers, punctuation and white space, without comments or attributes. */
  readonly tokens: readonly string[];
  /** Names of a function's parameters. */
  readonly parameters: readonly string[];
}

const TOKEN = /[A-Za-z_][A-Za-z0-9_]*|\d(?:[0-9a-fA-FxX.]|[eEpP][+-])*[a-z]*|\s+|[^]/g;

/** Takes a text apart; `undefined` when it has what is not in the forms above, so that it has to run by itself. */
export function parseWgsl(text: string): WgslModule | undefined {
  const plain = text.replace(/\/\/[^\n]*/g, "");
  if (/\/\*|\benable\b|\brequires\b|\barrayLength\b/.test(plain)) return undefined;
  const storage: WgslArray[] = [], shared: (WgslArray & { length: number })[] = [];
  const declarations: WgslDeclaration[] = [];
  let step: WgslModule["step"], builtins: readonly string[] | undefined;
  for (const one of splitDeclarations(tokensOf(plain))) {
    const source = one.join("").trim();
    const buffer = /^@group\(0\) @binding\((\d+)\) var<(\w+)(?:, \w+)?> (\w+): (.+);$/.exec(source);
    if (buffer) {
      const [, binding, space, name, type] = buffer;
      const element = /^array<(.+)>$/.exec(type!)?.[1];
      if (Number(binding) !== storage.length || step !== undefined) return undefined;
      if (space === "storage" && element !== undefined) storage.push({ name: name!, element });
      else if (space === "uniform" && element === undefined) step = { name: name!, type: type! };
      else return undefined;
      continue;
    }
    const array = /^var<workgroup> (\w+): array<(.+), (\d+)>;$/.exec(source);
    if (array) {
      shared.push({ name: array[1]!, element: array[2]!, length: Number(array[3]) });
      continue;
    }
    const entry = /^@compute @workgroup_size\(256\)\s*fn main\(([^{]*)\)\s*\{/.exec(source);
    if (entry) builtins = [...entry[1]!.matchAll(/@builtin\((\w+)\)/g)].map((match) => match[1]!);
    const declared = /^(?:@compute @workgroup_size\(256\)\s*)?(override|struct|const|alias|fn) (\w+)/.exec(
      source,
    );
    if (declared === null) return undefined;
    const kind = declared[1] as WgslDeclaration["kind"];
    const tokens = withoutAttributes(one);
    declarations.push({
      kind,
      name: declared[2]!,
      tokens,
      parameters: kind === "fn" ? parametersOf(tokens) : [],
    });
  }
  if (builtins === undefined) return undefined;
  const arrays = [...storage, ...shared].map(({ name }) => name);
  if (declarations.some((one) => declaresLocally(one, arrays))) return undefined;
  const vectors = storage.filter(({ element }) => element === "vec4f");
  if (vectors.some(({ name }) => declarations.some((one) => changesInPlace(one, name)))) return undefined;
  const overrides = declarations.filter(({ kind }) => kind === "override").map(({ name }) => name);
  return {
    overrides,
    storage,
    step,
    shared,
    builtins,
    declarations,
    loop: loopOf(declarations, storage),
    stored: [...storage.keys()].filter((i) => isStoredOnce(storage[i]!, declarations)),
  };
}

const FLAT =
  /^fn main\(\s*(\w+): vec3u,\s*(\w+): vec3u,?\s*\)\s*\{([^]*?)for \(var (\w+) = \1\.x; \4 < ([^;]+); \4 \+= \2\.x \* 256u\) \{([^]*)\}\s*\}\s*$/;

function loopOf(
  declarations: readonly WgslDeclaration[],
  storage: readonly WgslArray[],
): WgslLoop | undefined {
  const main = declarations.find(({ name }) => name === "main")!;
  const found = FLAT.exec(main.tokens.join(""));
  if (found === null) return undefined;
  const [id, groups, before, index, bound, body] = found.slice(1) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const [outside, inside] = [tokensOf(before), tokensOf(body)];
  if ([...outside, ...inside].some((token) => [id, groups, "continue", "return"].includes(token))) {
    return undefined;
  }
  const direct = [...storage.keys()].filter((i) => {
    const { name } = storage[i]!, uses = usesOf(inside, name);
    const elsewhere = declarations.some((one) =>
      one !== main && one.kind === "fn" && !one.parameters.includes(name) &&
      usesOf(one.tokens, name).length > 0
    );
    return !elsewhere && !outside.includes(name) &&
      uses.every((at) => inside.slice(at + 1, at + 4).join("") === `[${index}]`);
  });
  const places = direct.reduce((sum, i) => sum + usesOf(inside, storage[i]!.name).length, 0);
  const isPlaceless = direct.length === storage.length && usesOf(inside, index).length === places;
  return { index, before: outside, body: inside, direct, bound, isPlaceless };
}

function tokensOf(text: string): readonly string[] {
  return text.match(TOKEN) ?? [];
}

function usesOf(tokens: readonly string[], name: string): readonly number[] {
  return [...tokens.keys()].filter((at) => tokens[at] === name && tokens[at - 1] !== ".");
}

function isStoredOnce({ name, element }: WgslArray, declarations: readonly WgslDeclaration[]): boolean {
  const functions = declarations.filter(({ kind, parameters }) =>
    kind === "fn" && !parameters.includes(name)
  );
  const uses = functions.flatMap(({ tokens }) => usesOf(tokens, name).map((at) => ({ tokens, at })));
  return element === "vec4f" && uses.length === 1 &&
    uses.every(({ tokens, at }) =>
      tokens[at + 1] === "[" && assigned(tokens, closing(tokens, at + 1)) !== undefined
    );
}

/** Where the value of `array[…] = value;` stands, if the bracket that closes at `close` belongs to such a statement. */
export function assigned(
  tokens: readonly string[],
  close: number,
): { readonly from: number; readonly to: number } | undefined {
  let at = close + 1;
  while (tokens[at]?.trim() === "") at++;
  if (tokens[at] !== "=" || tokens[at + 1] === "=") return undefined;
  return { from: at + 1, to: tokens.indexOf(";", at) };
}

/** Each ends with a semicolon, or with the brace that closes its block. */
function splitDeclarations(tokens: readonly string[]): readonly (readonly string[])[] {
  const declarations: string[][] = [];
  let current: string[] = [], depth = 0;
  for (const token of tokens) {
    current.push(token);
    if (token === "{") depth++;
    if (token === "}") depth--;
    if (depth > 0 || (token !== ";" && token !== "}")) continue;
    declarations.push(current);
    current = [];
  }
  return declarations;
}

/** Leaves out `@compute`, `@workgroup_size(256)` and `@builtin(…)`, with the white space after them. */
function withoutAttributes(tokens: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] !== "@") {
      if (kept.length > 0 || tokens[i]!.trim() !== "") kept.push(tokens[i]!);
      continue;
    }
    i++;
    if (tokens[i + 1] === "(") i = closing(tokens, i + 1);
    if (tokens[i + 1]?.trim() === "") i++;
  }
  return kept;
}

/** Where the bracket at `open` closes. */
export function closing(tokens: readonly string[], open: number): number {
  const pairs: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
  const [from, to] = [tokens[open]!, pairs[tokens[open]!]!];
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i] === from) depth++;
    if (tokens[i] === to) depth--;
    if (depth === 0) return i;
  }
  return tokens.length - 1;
}

function parametersOf(tokens: readonly string[]): readonly string[] {
  const open = tokens.indexOf("("), inside = tokens.slice(open + 1, closing(tokens, open)).join("");
  return [...inside.matchAll(/(\w+)\s*:/g)].map((match) => match[1]!);
}

/** Whether a function has a variable of its own that is named as one of the arrays. */
function declaresLocally({ tokens }: WgslDeclaration, arrays: readonly string[]): boolean {
  const words = tokens.filter((token) => token.trim() !== "");
  return words.some((word, i) => ["let", "var", "const"].includes(word) && arrays.includes(words[i + 1]!));
}

const CHANGE = /^\s*(?:(?:\.\w+|\[[^\]]*\])\s*=(?!=)|(?:\.\w+|\[[^\]]*\])?\s*(?:[-+*/%]=|\+\+|--))/;

/** Whether a vector of an array is changed other than by `array[…] = value;`, the one form that its parts can be stored in. */
function changesInPlace({ tokens }: WgslDeclaration, array: string): boolean {
  return usesOf(tokens, array).some((at) =>
    tokens[at - 1] === "&" ||
    (tokens[at + 1] === "[" && CHANGE.test(tokens.slice(closing(tokens, at + 1) + 1).join("")))
  );
}
