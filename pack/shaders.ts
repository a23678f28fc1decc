/**
 * The shaders as a module that is loaded when WebGPU is used: bundlers make a file of its own of it, where they would put
 * most of some seventy small files into the script that every page loads.
 */
import { join } from "node:path";

/** Where the texts lie in the package. */
const TEXTS = "wgsl/shaders.js";

/** Texts by path: the shaders, and the module that takes the place of `src/exec/read_shader.ts`. */
export async function shaderModules(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  const texts: Record<string, string> = {};
  for (const name of names) {
    // What a shader says of itself to people is a third of it.
    const text = (await Deno.readTextFile(join(folder, name))).replace(/\s*\/\/.*$/gm, "").trimStart();
    texts[name.replace(/\.wgsl$/, "")] = text;
  }
  return new Map([
    [TEXTS, `export default ${JSON.stringify(texts, null, 1)};\n`],
    ["src/exec/read_shader.js", READ_SHADER],
  ]);
}

const READ_SHADER = `import { DescentError } from "../core/errors.js";
/** A shader of the library. */
export async function readShader(kernel) {
  const { default: shaders } = await import(${JSON.stringify(`../../${TEXTS}`)});
  if (!Object.hasOwn(shaders, kernel)) throw new DescentError(\`Cannot read the shader \${kernel}: there is none\`);
  return shaders[kernel];
}
`;
