/**
 * Publishes log lines to NATS. It speaks NATS's protocol over bare TCP, from bytes made once, so
 * that it leaves the machine to the server that is measured.
 *
 * @module
 */
import { appName, digits, Line, micros, PAYLOAD_BYTES } from "./log_line.ts";
import { takeOrders } from "./orders.ts";
import { due, type Publication } from "./due_lines.ts";

const LINES_A_WRITE = 500;

/** What the publisher can be asked for. */
export const orders = { publish };

const connection = await Deno.connect({ port: Number(Deno.env.get("NATS_PORT")) });
connection.setNoDelay(); // Or a line may wait 40 ms for the ACK of the one before.
const nats = connection.writable.getWriter();
await nats.write(new TextEncoder().encode('CONNECT {"verbose":false,"pedantic":false}\r\n'));
answerPings();

const lines = Array.from({ length: 100 }, (_, index) => {
  const app = appName(index);
  return new Line(app, `PUB logs.${app}.dfw.d896d7c609dd68 ${PAYLOAD_BYTES}\r\n`, "\r\n");
});

await takeOrders(orders);

/** Publishes the lines, and resolves once NATS's socket has taken the last. */
async function publish(publication: Publication): Promise<{ seconds: number }> {
  const start = performance.now();
  let turn = 0;
  for await (const count of due(publication, LINES_A_WRITE)) {
    const time = digits(micros());
    const batch = new Uint8Array(count * lines[0]!.bytes.length);
    for (let end = 0; end < batch.length; turn = (turn + 1) % publication.apps) {
      const line = lines[turn]!;
      line.next(time);
      batch.set(line.bytes, end);
      end += line.bytes.length;
    }
    await nats.write(batch);
  }
  return { seconds: (performance.now() - start) / 1000 };
}

/** NATS cuts a client that does not answer its pings. */
async function answerPings(): Promise<void> {
  for await (const text of connection.readable.pipeThrough(new TextDecoderStream())) {
    if (text.includes("-ERR")) throw new Error(`NATS says ${text.trim()}`);
    if (text.includes("PING")) await nats.write(new TextEncoder().encode("PONG\r\n"));
  }
}
