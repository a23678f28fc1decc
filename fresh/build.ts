/** Makes `_fresh/`, which `deno serve` takes. */
import { Builder } from "fresh/dev";

await new Builder({ serverEntry: "fresh/main.ts" }).build();
