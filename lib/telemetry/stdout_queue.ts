/**
 * The queue between the service's own log and standard output.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** The output to which the lines are written: `Deno.stdout`. */
export interface Output {
  /** Writes some of the bytes and resolves to the number written. May never resolve. */
  write(bytes: Uint8Array): Promise<number>;
}

/** Maximum size of all queued lines. Stopping with 10,000 streams logs 10,000 lines at once, about 3 MB. */
const QUEUE_BYTES = 4_194_304;
/**
 * Maximum size of one write, unless a single line is longer. A write of this size to a pipe is atomic
 * (PIPE_BUF), so an exit while it is blocked leaves no partial line behind.
 */
const WRITE_BYTES = 4_096;
/** Maximum size of the line that takes the place of dropped ones. */
const GAP_BYTES = 256;
/** How long lines are collected for one write, which takes about 30 µs of CPU time whatever its size. */
const COLLECT_MS = 10;
/** How long to wait before a write is tried again if standard output is non-blocking and full. */
const RETRY_MS = 100;
/** A write that takes longer than this is considered blocked, because nobody reads. */
const BLOCKED_MS = 200;
/** How long an exit waits for lines that are still being read, and how often it checks. */
const DRAIN_MS = 400;
const DRAIN_POLL_MS = 5;

const ENCODER = new TextEncoder();

/** A place in the queue where lines were dropped. */
interface Gap {
  lines: number;
  /** Whether the first of them was partly written: the gap's own line must not be appended to it. */
  torn: boolean;
}

/** An entry of the queue: a line, or a gap between lines. */
type Entry = Uint8Array | Gap;

/**
 * A bounded queue of lines in front of standard output. Nothing waits for the reader of standard output:
 * once the queue is full, lines are dropped and counted.
 */
export class StdoutQueue {
  /** Number of lines dropped so far. */
  dropped = 0;
  readonly #output: Output;
  readonly #describeGap: (lines: number) => string;
  readonly #entries: Entry[] = [];
  /** Size of all lines that are queued or being written, in bytes. */
  #bytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Resolves when the queue is empty; `undefined` if nothing is being written. */
  #writing: Promise<void> | undefined;
  /** When the current write began, on the clock of `performance.now()`. */
  #writeStartedAt = 0;

  /** @param describeGap Returns the line that takes the place of this many dropped lines. */
  constructor(output: Output, describeGap: (lines: number) => string) {
    this.#output = output;
    this.#describeGap = describeGap;
  }

  /** Queues a line, or drops it if there is no room. Returns at once. */
  readonly write = (line: string): void => {
    const bytes = ENCODER.encode(line);
    const last = this.#entries.at(-1);
    // After an overflow, lines are dropped until all older ones are written: one gap instead of many.
    const overflowing = isGap(last) && this.#entries.length > 1;
    if (overflowing || this.#bytes + bytes.length > QUEUE_BYTES) {
      this.dropped++;
      if (isGap(last)) last.lines++;
      else this.#entries.push({ lines: 1, torn: false });
    } else {
      this.#bytes += bytes.length;
      this.#entries.push(bytes);
    }
    if (this.#writing === undefined) this.#timer ??= setTimeout(() => this.#start(), COLLECT_MS);
  };

  /** Resolves once all lines are written, after {@linkcode DRAIN_MS}, or at once if writing is blocked. */
  async drain(): Promise<void> {
    this.#start();
    const deadline = performance.now() + DRAIN_MS;
    while (this.#writing !== undefined) {
      const blockedAt = this.#writeStartedAt + BLOCKED_MS;
      if (performance.now() >= Math.min(deadline, blockedAt)) return;
      await delay(DRAIN_POLL_MS);
    }
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#entries.length > 0) this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    // A gap that cannot be written waits for the next line: the reader may be back by then.
    for (let failed = false; this.#entries.length > (failed ? 1 : 0);) {
      failed = !await this.#writeBatch(this.#takeBatch());
    }
    this.#writing = undefined;
  }

  /** Returns whether all of the batch was written. */
  async #writeBatch(batch: Entry[]): Promise<boolean> {
    const parts = batch.map((entry) => isGap(entry) ? this.#describe(entry) : entry);
    const bytes = Buffer.concat(parts);
    let written = 0;
    try {
      while (written < bytes.length) written += await this.#write(bytes.subarray(written));
    } catch {
      // The reader has gone, or the disk is full.
      this.#lose(batch, parts, written);
    }
    for (const entry of batch) this.#bytes -= isGap(entry) ? 0 : entry.length;
    return written === bytes.length;
  }

  /** Takes as many entries as fit into one write, but at least one line, if there is one. */
  #takeBatch(): Entry[] {
    let size = 0;
    const end = this.#entries.findIndex((entry) => {
      size += isGap(entry) ? GAP_BYTES : entry.length;
      return size > WRITE_BYTES;
    });
    const least = isGap(this.#entries[0]) ? 2 : 1;
    return this.#entries.splice(0, end === -1 ? this.#entries.length : Math.max(least, end));
  }

  async #write(bytes: Uint8Array): Promise<number> {
    this.#writeStartedAt = performance.now();
    for (;;) {
      try {
        return await this.#output.write(bytes);
      } catch (error) {
        if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      }
      await delay(RETRY_MS);
    }
  }

  /** Replaces the unwritten rest of a batch, after its first `written` bytes, with a gap. */
  #lose(batch: Entry[], parts: Uint8Array[], written: number): void {
    const gap = { lines: 0, torn: false };
    for (const [i, entry] of batch.entries()) {
      const rest = parts[i]!.length - written;
      written = Math.max(0, -rest);
      if (rest <= 0) continue;
      gap.torn ||= rest < parts[i]!.length || isGap(entry) && entry.torn;
      gap.lines += isGap(entry) ? entry.lines : 1;
      this.dropped += isGap(entry) ? 0 : 1;
    }
    const next = this.#entries[0];
    if (isGap(next)) {
      gap.lines += next.lines;
      this.#entries.shift();
    }
    this.#entries.unshift(gap);
  }

  #describe({ lines, torn }: Gap): Uint8Array {
    return ENCODER.encode(`${torn ? "\n" : ""}${this.#describeGap(lines)}`);
  }
}

function isGap(entry: Entry | undefined): entry is Gap {
  return entry !== undefined && "lines" in entry;
}

function delay(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}
