/**
 * Publishes numbered lines over plain TCP, so that it is known which lines NATS has received. While
 * NATS is away, nothing is published.
 */
import { payloadOf, scopeOf } from "./line.ts";
import { pause, type Run } from "./run.ts";
import { subjectOf } from "../support/service.ts";

/** Time between two batches. */
const BATCH_INTERVAL_MS = 10;

/** Publishes lines until it is stopped. */
export class Publisher {
  /** Lines per second. */
  rate: number;
  readonly #port: number;
  readonly #login: string;
  readonly #state: Run;
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(
    nats: { port: number; user: string; password: string },
    run: Run,
    rate: number,
  ) {
    this.#port = nats.port;
    this.#login = JSON.stringify({ verbose: false, user: nats.user, pass: nats.password });
    this.#state = run;
    this.rate = rate;
    this.#done = this.#run();
  }

  /** Stops; resolves once NATS has received all lines. */
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
        await pause(BATCH_INTERVAL_MS); // NATS is away.
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
    answers.catch(() => {}); // A lost connection is noticed by the next write, or below.
    await Promise.race([connected.promise, answers]);
    for (let dueAt = performance.now(); !this.#stopped || unanswered.length > 0;) {
      const now = performance.now();
      dueAt = Math.max(dueAt, now - 1_000);
      if (this.#stopped || this.#state.isBehind) dueAt = now;
      const count = Math.floor((now - dueAt) * this.rate / 1_000);
      if (count > 0) {
        dueAt += count * 1_000 / this.rate;
        const first = this.#state.journal.length;
        unanswered.push(this.#state.journal.enter(count));
        await Promise.race([write(batch(first, count)), answers]);
      }
      const wakeAt = performance.now() + BATCH_INTERVAL_MS;
      await Promise.race([pause(BATCH_INTERVAL_MS), answers]);
      this.#state.timerFired(wakeAt);
    }
  }
}

/** Reads from NATS until it closes the connection, then throws. */
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
    if (count === null) throw new Error("NATS has closed the connection");
    const lines = (held + decoder.decode(buffer.subarray(0, count))).split("\r\n");
    held = lines.pop()!;
    for (const line of lines) {
      if (line === "PONG") onPong();
      else if (line === "PING") await onPing();
    }
  }
}

/** Encodes `count` lines as NATS messages, followed by a PING that confirms them. */
function batch(first: number, count: number): string {
  let text = "";
  for (let number = first; number < first + count; number++) {
    const { app, region, machine } = scopeOf(number);
    const payload = payloadOf(number);
    const size = new TextEncoder().encode(payload).length;
    text += `PUB ${subjectOf(app, region, machine)} ${size}\r\n${payload}\r\n`;
  }
  return `${text}PING\r\n`;
}
