/** The part of ZMTP 3.0 that a notebook's kernel is talked to by: whole messages over a plain connection. */

const MORE = 1, LONG = 2, COMMAND = 4;
const encoder = new TextEncoder(), decoder = new TextDecoder();

/** Bytes that are sent as one frame. */
function frameOf(flags: number, body: Uint8Array): Uint8Array {
  const isLong = body.length > 255, head = new DataView(new ArrayBuffer(isLong ? 9 : 2));
  head.setUint8(0, flags | (isLong ? LONG : 0));
  if (isLong) head.setBigUint64(1, BigInt(body.length));
  else head.setUint8(1, body.length);
  return joined([new Uint8Array(head.buffer), body]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Both sides say the version, and that nothing is encrypted. */
function greeting(): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 0]);
  bytes.set(encoder.encode("NULL"), 12);
  return bytes;
}

function ready(kind: string): Uint8Array {
  const name = encoder.encode("Socket-Type"), value = encoder.encode(kind);
  return joined([
    Uint8Array.of(5),
    encoder.encode("READY"),
    Uint8Array.of(name.length),
    name,
    Uint8Array.of(0, 0, 0, value.length),
    value,
  ]);
}

/** One socket: `DEALER` asks and is answered, `SUB` hears everything. */
export class Socket {
  readonly #connection: Deno.TcpConn;
  #waiting: Uint8Array = new Uint8Array();

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  static async open(port: number, kind: "DEALER" | "SUB"): Promise<Socket> {
    const socket = new Socket(await Deno.connect({ hostname: "127.0.0.1", port }));
    await socket.#write(greeting());
    await socket.#take(64);
    await socket.#write(frameOf(COMMAND, ready(kind)));
    await socket.#frame();
    if (kind === "SUB") await socket.send([Uint8Array.of(1)]);
    return socket;
  }

  close(): void {
    this.#connection.close();
  }

  async send(parts: readonly Uint8Array[]): Promise<void> {
    await this.#write(joined(parts.map((part, i) => frameOf(i < parts.length - 1 ? MORE : 0, part))));
  }

  /** The next message, part by part, as text. */
  async receive(): Promise<readonly string[]> {
    const parts: string[] = [];
    for (;;) {
      const { flags, body } = await this.#frame();
      if (flags & COMMAND) continue;
      parts.push(decoder.decode(body));
      if (!(flags & MORE)) return parts;
    }
  }

  async #frame(): Promise<{ readonly flags: number; readonly body: Uint8Array }> {
    const flags = (await this.#take(1))[0]!, size = await this.#take(flags & LONG ? 8 : 1);
    const length = size.reduce((sum, byte) => sum * 256 + byte, 0);
    return { flags, body: await this.#take(length) };
  }

  async #take(count: number): Promise<Uint8Array> {
    while (this.#waiting.length < count) {
      const chunk = new Uint8Array(65536), read = await this.#connection.read(chunk);
      if (read === null) throw new Error("The kernel has closed the connection");
      this.#waiting = joined([this.#waiting, chunk.subarray(0, read)]);
    }
    const taken = this.#waiting.subarray(0, count);
    this.#waiting = this.#waiting.subarray(count);
    return taken;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }
}
