/**
 * Publishes numbered lines over bare TCP, so that what NATS has taken is known line by line. While
 * NATS is away there are no lines.
 *
 * @module
 */
import { payloadOf, scopeOf } from "./line.ts";
import type { World } from "./world.ts";

/** How long between two batches. Milliseconds. */
const BEAT = 10;

/** Publishes until it is stopped. */
export class Publisher {
  /** Lines per second. */
  rate: number;
  readonly #port: number;
  readonly #login: string;
  readonly #world: World;
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(
    nats: { port: number; user: string; password: string },
    world: World,
    rate: number,
  ) {
    this.#port = nats.port;
    this.#login = JSON.stringify({ verbose: false, user: nats.user, pass: nats.password });
    this.#world = world;
    this.rate = rate;
    this.#done = this.#run();
  }

  /** Stops, and resolves once NATS has taken all lines. */
  stop(): Promise<void> {
    this.#stopped = true;
    return this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        using connection = await Deno.connect({ port: this.#port });
        await this.#publish(connection);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, BEAT)); // NATS is away.
      }
    }
  }

  async #publish(connection: Deno.TcpConn): Promise<void> {
    connection.setNoDelay();
    const unanswered: (() => void)[] = [];
    const write = async (text: string) => {
      const bytes = new TextEncoder().encode(text);
      for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
    };
    await write(`CONNECT ${this.#login}\r\nPING\r\n`);
    const connected = Promise.withResolvers<void>();
    unanswered.push(connected.resolve);
    const answers = answer(connection, () => unanswered.shift()!(), () => write("PONG\r\n"));
    answers.catch(() => {}); // A lost connection is told by the next write, or below.
    await Promise.race([connected.promise, answers]);
    for (let dueAt = performance.now(); !this.#stopped || unanswered.length > 0;) {
      const now = performance.now();
      dueAt = Math.max(dueAt, now - 1_000);
      if (this.#stopped || this.#world.isBehind) dueAt = now;
      const count = Math.floor((now - dueAt) * this.rate / 1_000);
      if (count > 0) {
        dueAt += count * 1_000 / this.rate;
        const first = this.#world.journal.length;
        unanswered.push(this.#world.journal.enter(count));
        await Promise.race([write(batch(first, count)), answers]);
      }
      await Promise.race([new Promise((resolve) => setTimeout(resolve, BEAT)), answers]);
    }
  }
}

/** Reads what NATS says until it hangs up, and then throws. */
async function answer(
  connection: Deno.TcpConn,
  onPong: () => void,
  onPing: () => Promise<void>,
): Promise<never> {
  let held = "";
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4_096);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) throw new Error("NATS has hung up");
    const lines = (held + decoder.decode(buffer.subarray(0, count))).split("\r\n");
    held = lines.pop()!;
    for (const line of lines) {
      if (line === "PONG") onPong();
      else if (line === "PING") await onPing();
    }
  }
}

/** So many lines in NATS's protocol, and a question that is answered once they are published. */
function batch(first: number, count: number): string {
  let text = "";
  for (let number = first; number < first + count; number++) {
    const { app, region, machine } = scopeOf(number);
    const payload = payloadOf(number);
    const size = new TextEncoder().encode(payload).length;
    text += `PUB logs.${app}.${region}.${machine} ${size}\r\n${payload}\r\n`;
  }
  return `${text}PING\r\n`;
}
