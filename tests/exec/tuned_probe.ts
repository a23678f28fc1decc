/** Says what became of its engine and what it was given, and ends by a code of its own: run by engine_test.ts. */
import { chooseExecutor, tuneEngine } from "../../src/mod.ts";

const isTuned = tuneEngine();
const { executor } = await chooseExecutor({ backend: "wasm", threads: 1 });
const stdin = Deno.args.includes("stdin") ? await new Response(Deno.stdin.readable).text() : "";
console.log(JSON.stringify([isTuned, executor.description, Deno.args, stdin, Deno.pid]));
Deno.exit(7);
