/**
 * The baseline that cannot be beaten: `Deno.serve` alone, writing the bytes that natstap writes in
 * chunks of as many lines as natstap's. It has no NATS: it publishes to its own streams when it is
 * told to, at the publisher's pace.
 *
 * @module
 */
import { appName, digits, Line, micros } from "./log_line.ts";
import { takeOrders } from "./orders.ts";
import { due, type Publication } from "./due_lines.ts";

const KEEPALIVE_MS = 15_000;

/** One reader's stream. */
interface Reader {
  controller: ReadableStreamDefaultController<Uint8Array>;
  /** Called when the stream has room again. */
  pulled: () => void;
}

/** What the floor can be asked for. */
export const orders = { publish };

const encoder = new TextEncoder();
const readers = new Map<string, Set<Reader>>();
let idle = true;

const lines = Array.from({ length: 100 }, (_, index) => {
  const app = appName(index);
  readers.set(app, new Set());
  return new Line(app, "data: ", "\n\n");
});

Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, ({ url }) => {
  const app = url.slice(url.indexOf("app=") + 4);
  return new Response(stream(app, readers.get(app)!), {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    },
  });
});

setInterval(keepAlive, KEEPALIVE_MS);

await takeOrders(orders);

function stream(app: string, readers: Set<Reader>): ReadableStream<Uint8Array> {
  const ready = { app, subject: `logs.${app}.>`, expiresAt: "2026-11-20T21:42:11.000Z" };
  let reader: Reader;
  return new ReadableStream({
    start(controller) {
      reader = { controller, pulled: () => {} };
      readers.add(reader);
      controller.enqueue(
        encoder.encode(`retry: 2000\nevent: ready\ndata: ${JSON.stringify(ready)}\n\n`),
      );
    },
    pull: () => reader.pulled(),
    cancel: () => {
      readers.delete(reader);
    },
  });
}

/** Publishes the lines, `chunk` of one app to a chunk; at full speed as fast as they are taken. */
async function publish(order: Publication & { chunk: number }): Promise<{ seconds: number }> {
  const start = performance.now();
  idle = false;
  let turn = 0;
  for await (const count of due(order, order.chunk)) {
    const time = digits(micros());
    for (let left = count; left > 0; left -= order.chunk) {
      const bytes = chunk(lines[turn]!, Math.min(left, order.chunk), time);
      const takers = readers.get(appName(turn))!;
      for (const { controller } of takers) controller.enqueue(bytes);
      if (order.rate === 0) await Promise.all(Array.from(takers, room));
      turn = (turn + 1) % order.apps;
    }
  }
  return { seconds: (performance.now() - start) / 1000 };
}

function chunk(line: Line, count: number, time: Uint8Array): Uint8Array {
  const { length } = line.bytes;
  const bytes = new Uint8Array(count * length);
  for (let end = 0; end < bytes.length; end += length) {
    line.next(time);
    bytes.set(line.bytes, end);
  }
  return bytes;
}

/** Resolves when a stream has taken what it was given. */
async function room(reader: Reader): Promise<void> {
  if (reader.controller.desiredSize! > 0) return;
  await new Promise<void>((resolve) => reader.pulled = resolve);
}

function keepAlive(): void {
  const comment = encoder.encode(": keepalive\n\n");
  if (idle) {
    for (const set of readers.values()) {
      for (const { controller } of set) controller.enqueue(comment);
    }
  }
  idle = true;
}

function onListen({ port }: Deno.NetAddr): void {
  console.log(JSON.stringify({ msg: "listening", port }));
}
