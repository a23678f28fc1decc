/** Deno's kernel for notebooks, started and asked as Jupyter does it. */
import { createHmac } from "node:crypto";
import { Socket } from "./zmtp.ts";

/** What a cell shows: by `display`, as its value, on its streams, or as an error. */
export interface Output {
  readonly kind: "display_data" | "execute_result" | "stream" | "error";
  /** Contents by type, such as `image/svg+xml`. */
  readonly data: Readonly<Record<string, string>>;
  /** What was printed, or went wrong. */
  readonly text: string;
}

const KINDS: readonly string[] = ["display_data", "execute_result", "stream", "error"];
const SEPARATOR = "<IDS|MSG>", KEY = "notebook";

/** A kernel under way. */
export interface Kernel {
  /** Runs a cell and gives all that it shows. */
  execute(code: string): Promise<readonly Output[]>;
  close(): Promise<void>;
}

/** Ports that are free now. */
function freePorts(count: number): readonly number[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const ports = listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}

/** Starts a kernel in a folder, as a notebook that lies there does. */
export async function startKernel(cwd: string): Promise<Kernel> {
  const [shell, iopub, stdin, control, hb] = freePorts(5) as [number, number, number, number, number];
  const connection = await Deno.makeTempFile({ prefix: "descent-kernel-", suffix: ".json" });
  await Deno.writeTextFile(
    connection,
    JSON.stringify({
      ip: "127.0.0.1",
      transport: "tcp",
      shell_port: shell,
      iopub_port: iopub,
      stdin_port: stdin,
      control_port: control,
      hb_port: hb,
      key: KEY,
      signature_scheme: "hmac-sha256",
      kernel_name: "deno",
    }),
  );
  const child = new Deno.Command(Deno.execPath(), {
    args: ["jupyter", "--kernel", "--conn", connection],
    cwd,
    stdin: "null",
    stdout: "null",
    stderr: "null",
    // Without drivers nothing is found at once, where looking for a GPU takes a second each time.
    env: { NO_COLOR: "1", VK_ICD_FILENAMES: "none", VK_DRIVER_FILES: "none" },
  }).spawn();
  const close = async () => {
    child.kill("SIGKILL");
    await child.status;
    await Deno.remove(connection);
  };
  try {
    const asks = await opened(shell, "DEALER", child), hears = await opened(iopub, "SUB", child);
    await untilHeard(asks, hears);
    return {
      execute: (code) => execute(asks, hears, code),
      async close() {
        asks.close();
        hears.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A socket of a kernel that is still starting. */
async function opened(port: number, kind: "DEALER" | "SUB", child: Deno.ChildProcess): Promise<Socket> {
  let ended: number | undefined;
  child.status.then(({ code }) => ended = code);
  for (;;) {
    try {
      return await Socket.open(port, kind);
    } catch (error) {
      if (ended !== undefined) throw new Error(`The kernel has ended with ${ended}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Asks the kernel who it is until it is heard: what it says before it knows of a listener is lost. */
async function untilHeard(asks: Socket, hears: Socket): Promise<void> {
  let isHeard = false;
  const heard = hears.receive().then(() => isHeard = true);
  while (!isHeard) {
    await asks.send(requestOf(crypto.randomUUID(), "kernel_info_request", {}));
    await Promise.race([heard, new Promise((resolve) => setTimeout(resolve, 50))]);
  }
}

async function execute(asks: Socket, hears: Socket, code: string): Promise<readonly Output[]> {
  const id = crypto.randomUUID(), after = crypto.randomUUID(), outputs: Output[] = [];
  const how = { silent: false, store_history: true, allow_stdin: false, user_expressions: {} };
  await asks.send(requestOf(id, "execute_request", { code, ...how }));
  for (;;) {
    const parts = await hears.receive(), at = parts.indexOf(SEPARATOR) + 2;
    const [header, parent, , content] = parts.slice(at).map((text) => JSON.parse(text));
    const isIdle = header.msg_type === "status" && content.execution_state === "idle";
    // The value of a cell may come after the kernel has said that it is idle, but not after its next answer.
    if (isIdle && parent.msg_id === id) await asks.send(requestOf(after, "kernel_info_request", {}));
    if (isIdle && parent.msg_id === after) return outputs;
    if (parent.msg_id !== id || !KINDS.includes(header.msg_type)) continue;
    const text = content.text ?? (content.ename === undefined ? "" : `${content.ename}: ${content.evalue}`);
    outputs.push({ kind: header.msg_type, data: content.data ?? {}, text });
  }
}

function requestOf(id: string, kind: string, content: unknown): readonly Uint8Array[] {
  const header = {
    msg_id: id,
    session: "test",
    username: "test",
    date: new Date().toISOString(),
    msg_type: kind,
    version: "5.3",
  };
  const texts = [header, {}, {}, content].map((part) => JSON.stringify(part));
  const signature = createHmac("sha256", KEY).update(texts.join("")).digest("hex");
  return [SEPARATOR, signature, ...texts].map((text) => new TextEncoder().encode(text));
}
