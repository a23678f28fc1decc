/** The WGSL of the library. The npm package has a module of the same name, with the texts in it: see `pack/shaders.ts`. */
import { platform } from "../core/choose_platform.ts";
import { causeOf, DescentError } from "../core/errors.ts";

/** A shader from the library's folder `wgsl`. */
export async function readShader(kernel: string): Promise<string> {
  const path = new URL(`../../wgsl/${kernel}.wgsl`, import.meta.url);
  try {
    return new TextDecoder().decode(await platform().readAsset(path));
  } catch (error) {
    throw new DescentError(`Cannot read the shader ${path.pathname}: ${causeOf(error)}`, { cause: error });
  }
}
