/**
 * Numbered lines and when NATS received each of them, so that a test can tell exactly which lines a
 * stream is allowed to miss.
 */
import type { NatsConnection } from "@nats-io/transport-deno";
import { assert, assertEquals } from "@std/assert";
import type { Reader } from "./clients/sse_reader.ts";

/** A published line. Times are in milliseconds since the epoch. */
export interface TimedLine {
  readonly subject: string;
  /** NATS did not receive it before this time. */
  readonly sentAt: number;
  /** NATS had received it by this time; `Infinity` if it never confirmed that. */
  receivedBy: number;
  /** Whether this is the last line on its subject. */
  readonly last: boolean;
}

/** What to publish, and how fast. */
export interface FlowOptions {
  /** Lines are published to these in turn. */
  readonly subjects: readonly string[];
  /** Number of lines every 20 ms. */
  readonly batch: number;
  /** Length of a line, in characters. */
  readonly size?: number;
}

/** A flow of lines that lasts until it is stopped. */
export interface Flow {
  /** All lines so far; each line starts with its index here. */
  readonly lines: readonly TimedLine[];
  /** Stops, after publishing one last line to each subject. */
  stop(): Promise<void>;
}

/** An interval without NATS, as reported by a stream, and the lines missing because of it. */
export interface Loss {
  readonly from: number;
  to?: number;
  readonly missing: number[];
}

const BATCH_INTERVAL_MS = 20;

/** Starts publishing. `publisher` should reconnect by itself if it loses its connection. */
export function startFlow(publisher: NatsConnection, options: FlowOptions): Flow {
  const { subjects, batch, size = 0 } = options;
  const lines: TimedLine[] = [];
  let stopped = false;
  const publish = (count: number, last: boolean) => {
    const first = lines.length;
    for (let number = first; number < first + count; number++) {
      const subject = subjects[number % subjects.length]!;
      lines.push({ subject, sentAt: Date.now(), receivedBy: Infinity, last });
      publisher.publish(subject, `${number} `.padEnd(size, "x"));
    }
    return publisher.flush().then(() => {
      const now = Date.now();
      for (let number = first; number < first + count; number++) lines[number]!.receivedBy = now;
    });
  };
  const run = async () => {
    while (!stopped) {
      publish(batch, false).catch(() => {}); // The publisher has lost NATS as well.
      await new Promise((resolve) => setTimeout(resolve, BATCH_INTERVAL_MS));
    }
  };
  const running = run();
  return {
    lines,
    async stop() {
      stopped = true;
      await running;
      await publish(subjects.length, true);
    },
  };
}

/**
 * Reads lines up to the last one, expecting those whose subject `fits`. Fails unless line numbers
 * only increase, no event other than `status` comes between, and each missing line was published
 * within the interval between two `status` events. Returns those intervals.
 */
export async function assertAccounted(
  reader: Reader,
  { lines }: Flow,
  fits: (subject: string) => boolean = () => true,
  onLine: (line: TimedLine) => void = () => {},
): Promise<Loss[]> {
  const losses: Loss[] = [];
  // The interval that explains lines missing before the next one.
  let open: Loss | undefined;
  for (let next = 0;;) {
    const { event, data } = (await reader.next())!;
    if (event !== undefined) {
      assertEquals(event, "status", data);
      const { nats, at } = JSON.parse(data);
      if (nats === "disconnected") losses.push(open = { from: Date.parse(at), missing: [] });
      else losses.at(-1)!.to = Date.parse(at);
      continue;
    }
    const number = parseInt(data);
    const line = lines[number]!;
    assert(
      number >= next && fits(line.subject),
      `Unexpected line ${number} after line ${next - 1}`,
    );
    for (; next < number; next++) {
      if (!fits(lines[next]!.subject)) continue;
      assert(open !== undefined, `Line ${next} is missing without a status event`);
      open.missing.push(next);
    }
    next++;
    if (open?.to !== undefined) open = undefined;
    onLine(line);
    if (line.last) break;
  }
  for (const loss of losses) assertCovers(loss, lines);
  return losses;
}

function assertCovers({ from, to, missing }: Loss, lines: readonly TimedLine[]): void {
  assert(to !== undefined && from <= to, `Invalid interval from ${from} to ${to}`);
  for (const number of missing) {
    const { sentAt, receivedBy } = lines[number]!;
    const early = from - receivedBy;
    assert(
      early <= 0,
      `Line ${number} is missing, but NATS received it ${early} ms before it was lost`,
    );
    // A line that NATS never confirmed may have been lost by its publisher, which reconnects.
    const late = receivedBy === Infinity ? 0 : sentAt - to;
    assert(late <= 0, `Line ${number} is missing, but was sent ${late} ms after NATS was back`);
  }
}
