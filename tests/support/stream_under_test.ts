/**
 * A stream under test with its reader in the same process, so that a test decides what is taken when.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import type { Budget } from "../../lib/stream/backlog.ts";
import type { ControlEvent, Format } from "../../lib/stream/formats/format.ts";
import { LineEncoder } from "../../lib/stream/formats/line_encoder.ts";
import { ndjson } from "../../lib/stream/formats/ndjson.ts";
import { LogStream, type StreamLimits, type StreamSummary } from "../../lib/stream/log_stream.ts";

/** A line that {@linkcode OpenStream.push} pushed, or a control event, in the order of the stream. */
export interface LineOrEvent {
  readonly id?: number;
  readonly event?: string;
  readonly count?: number;
  readonly bytes?: number;
  readonly [fact: string]: unknown;
}

/** How to open a stream; what is left out bounds nothing. */
export interface OpenOptions {
  readonly format?: Format;
  readonly limits?: Partial<StreamLimits>;
  /** Bytes for all streams; `budget` shares another stream's. */
  readonly total?: number;
  readonly budget?: Budget;
  readonly expiresAt?: number;
}

/** An open stream. */
export interface OpenStream extends AsyncDisposable {
  readonly stream: LogStream;
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly budget: Budget;
  /** The sizes of the lines that were pushed, by their numbers. */
  readonly pushed: number[];
  /** What the stream told when it closed. */
  readonly closed: StreamSummary[];
  /** How often the stream told that it takes no more. */
  readonly ends: number;
  /** How often it told that its reader takes nothing. */
  readonly abandons: number;
  /** Bytes that the reader took. */
  bytes(): number;
  /** Ticks at these times; `awake` is `now` but where the process was held up. Milliseconds. */
  tick(now: number, time: number, awake?: number): void;
  /** Pushes a line of `size` bytes that holds its number: 0, 1 and so on. */
  push(size: number): void;
  /** Takes one chunk of a stream in `ndjson`; resolves to the lines that end in it. */
  take(): Promise<LineOrEvent[]>;
}

/** Opens a stream, in `ndjson` where no format is given. */
export function openStream(options: OpenOptions): OpenStream {
  const { format = ndjson, total = Infinity, budget = { used: 0, total } } = options;
  const limits = { keepaliveTime: 1e9, stallTime: 1e9, bufferBytes: 1e9, ...options.limits };
  const pushed: number[] = [];
  const closed: StreamSummary[] = [];
  let ends = 0;
  let abandons = 0;
  let bytes = 0;
  const clock = { now: 0, awake: 0 };
  const traffic = { events: 0, bytes: 0, dropped: 0 };
  const shared = { limits, budget, clock, traffic, encoder: new LineEncoder(format) };
  const stream = new LogStream(options.expiresAt ?? Infinity, shared, {
    onEnd: () => void ends++,
    onAbandon: () => void abandons++,
    onClose: (summary) => void closed.push(summary),
  });
  const reader = stream.readable.getReader();
  const read = reader.read.bind(reader);
  reader.read = async () => {
    const chunk = await read();
    bytes += chunk.value?.length ?? 0;
    return chunk as ReadableStreamReadResult<Uint8Array<ArrayBuffer>>;
  };
  return {
    stream,
    reader,
    budget,
    pushed,
    closed,
    get ends() {
      return ends;
    },
    get abandons() {
      return abandons;
    },
    bytes: () => bytes,
    tick(now, time, awake = now) {
      Object.assign(clock, { now, awake });
      stream.tick(time);
    },
    push(size) {
      stream.push(new TextEncoder().encode(`${pushed.length}`.padEnd(size)));
      pushed.push(size);
    },
    take: async () => parse(reader, (await reader.read()).value ?? new Uint8Array()),
    [Symbol.asyncDispose]: () => reader.cancel(),
  };
}

/** All that a stream in `ndjson` still sends. */
export async function readLines(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<LineOrEvent[]> {
  const lines: LineOrEvent[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return lines;
    lines.push(...parse(reader, value));
  }
}

/** Has the reader take something, as the server does as soon as it has a response's body. */
export async function arrive({ stream, reader }: OpenStream): Promise<void> {
  stream.notify(status("connected"));
  await reader.read();
}

/** Resolves, to nothing, once all that needs no timer and no input has happened. */
export function settled(): Promise<undefined> {
  return setImmediate(undefined);
}

/** A `status` event, to mark a place in the order with. */
export function status(nats: "connected" | "disconnected", at = "0"): ControlEvent {
  return { event: "status", data: { nats, at } };
}

/** The beginning of a line that spans chunks, by reader. */
const begun = new WeakMap<object, string>();

function parse(reader: object, chunk: Uint8Array): LineOrEvent[] {
  const text = (begun.get(reader) ?? "") + new TextDecoder().decode(chunk);
  const lines = text.split("\n");
  begun.set(reader, lines.pop()!);
  return lines.filter((line) => line !== "").map((line) => {
    const value = JSON.parse(line);
    return typeof value === "number" ? { id: value } : value.natstap;
  });
}
