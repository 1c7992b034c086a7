/**
 * The lower bound: a bare `Deno.serve` that writes the same bytes in the same chunks as natstap. It
 * generates the lines itself, at the publisher's rate, instead of reading them from NATS.
 *
 * @module
 */
import { linesDue, type Publication } from "../load/due_lines.ts";
import { appName, digits, Line, micros } from "../load/sample_line.ts";
import { executeCommands } from "../processes/commands.ts";

const KEEPALIVE_MS = 15_000;

/** The stream of one reader. */
interface Reader {
  controller: ReadableStreamDefaultController<Uint8Array>;
  /** Called when the stream's queue has room again. */
  pulled: () => void;
}

/** The commands of this process. */
export const commands = { publish };

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

await executeCommands(commands);

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

/** Publishes lines in chunks of one app each; at full speed, waits until readers have room. */
async function publish(publication: Publication & { linesPerChunk: number }): Promise<void> {
  const { apps, rate, linesPerChunk } = publication;
  idle = false;
  let turn = 0;
  for await (const count of linesDue(publication, linesPerChunk)) {
    const time = digits(micros());
    for (let left = count; left > 0; left -= linesPerChunk) {
      const bytes = chunk(lines[turn]!, Math.min(left, linesPerChunk), time);
      const readersOfApp = readers.get(appName(turn))!;
      for (const { controller } of readersOfApp) controller.enqueue(bytes);
      if (rate === 0) await Promise.all(Array.from(readersOfApp, waitForRoom));
      turn = (turn + 1) % apps;
    }
  }
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

/** Resolves once the stream's queue has room. */
async function waitForRoom(reader: Reader): Promise<void> {
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
