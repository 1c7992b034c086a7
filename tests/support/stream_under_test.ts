/**
 * Opens a stream whose reader is in the same process, so that the test decides when it takes what.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import type { ControlEvent } from "../../lib/stream/control_event.ts";
import type { Format } from "../../lib/stream/formats/format.ts";
import { LineEncoder } from "../../lib/stream/formats/line_encoder.ts";
import { ndjson } from "../../lib/stream/formats/ndjson.ts";
import { LogStream, type StreamLimits, type StreamSummary } from "../../lib/stream/log_stream.ts";
import type { Budget } from "../../lib/stream/stream_buffer.ts";

/** A line that {@linkcode OpenStream.push} pushed, identified by its number, or a control event. */
export interface LineOrEvent {
  readonly id?: number;
  readonly event?: string;
  readonly count?: number;
  readonly bytes?: number;
  readonly [fact: string]: unknown;
}

/** How to open a stream. By default, nothing is limited. */
export interface OpenOptions {
  readonly format?: Format;
  readonly limits?: Partial<StreamLimits>;
  /** Maximum number of bytes in the buffers of all streams. */
  readonly total?: number;
  /** The budget of another stream, to share it; replaces `total`. */
  readonly budget?: Budget;
  readonly expiresAt?: number;
}

/** An open stream. */
export interface OpenStream extends AsyncDisposable {
  readonly stream: LogStream;
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly budget: Budget;
  /** The sizes of the pushed lines, by their numbers. */
  readonly pushed: number[];
  /** The summaries passed to `onClose`. */
  readonly closed: StreamSummary[];
  /** Number of calls of `onEnd`. */
  readonly ends: number;
  /** Number of calls of `onAbandon`. */
  readonly abandons: number;
  /** Number of bytes that the reader took. */
  bytes(): number;
  /** Ticks at these times, in milliseconds; `awake` differs from `now` if the process was held up. */
  tick(now: number, time: number, awake?: number): void;
  /** Pushes a line of `size` bytes that contains its number: 0, 1 and so on. */
  push(size: number): void;
  /** Offers a line of `size` bytes that contains `number`. */
  offer(size: number, number: number): boolean;
  /** Takes one chunk; resolves to the lines that end in it. For streams in `ndjson`. */
  take(): Promise<LineOrEvent[]>;
}

/** Opens a stream, by default in `ndjson`. */
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
    offer: (size, number) => stream.offer(new TextEncoder().encode(`${number}`.padEnd(size))),
    take: async () => parse(reader, (await reader.read()).value ?? new Uint8Array()),
    [Symbol.asyncDispose]: () => reader.cancel(),
  };
}

/** Reads the rest of a stream in `ndjson`. */
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

/** Lets the reader take something, as the server does as soon as it has the body of a response. */
export async function arrive({ stream, reader }: OpenStream): Promise<void> {
  stream.notify(status("connected"));
  await reader.read();
}

/** Resolves to `undefined` once everything has happened that needs neither a timer nor input. */
export function settled(): Promise<undefined> {
  return setImmediate(undefined);
}

/** Creates a `status` event, with which a test marks a position in the stream. */
export function status(nats: "connected" | "disconnected", at = "0"): ControlEvent {
  return { event: "status", data: { nats, at } };
}

/** The beginning of a line whose end is in a later chunk, by reader. */
const incomplete = new WeakMap<object, string>();

function parse(reader: object, chunk: Uint8Array): LineOrEvent[] {
  const text = (incomplete.get(reader) ?? "") + new TextDecoder().decode(chunk);
  const lines = text.split("\n");
  incomplete.set(reader, lines.pop()!);
  return lines.filter((line) => line !== "").map((line) => {
    const value = JSON.parse(line);
    return typeof value === "number" ? { id: value } : value.natstap;
  });
}
