/**
 * Numbered lines, and when NATS took each, so that a test can tell exactly which of them a stream may
 * have missed.
 *
 * @module
 */
import type { NatsConnection } from "@nats-io/transport-deno";
import { assert, assertEquals } from "@std/assert";
import type { Reader } from "./clients/sse_reader.ts";

/** One published line. Times in milliseconds since the epoch. */
export interface TimedLine {
  readonly subject: string;
  /** NATS took it no earlier. */
  readonly sentAt: number;
  /** NATS took it no later; `Infinity` where it has never said so. */
  takenBy: number;
  /** Whether no other follows on this subject. */
  readonly last: boolean;
}

/** How lines are published. */
export interface FlowOptions {
  /** Each in its turn. */
  readonly subjects: readonly string[];
  /** Lines a beat, of 20 ms. */
  readonly batch: number;
  /** The length of a line. */
  readonly size?: number;
}

/** Lines that are published until it is stopped. */
export interface Flow {
  /** A line's place here is the number that it begins with. */
  readonly lines: readonly TimedLine[];
  /** Publishes a last line on each subject. */
  stop(): Promise<void>;
}

/** A time in which NATS was away, as a stream tells it, and the lines that it missed then. */
export interface Loss {
  readonly from: number;
  to?: number;
  readonly missing: number[];
}

const BEAT = 20;

/** Starts to publish; a publisher that loses its connection should be one that comes back. */
export function startFlow(publisher: NatsConnection, options: FlowOptions): Flow {
  const { subjects, batch, size = 0 } = options;
  const lines: TimedLine[] = [];
  let stopped = false;
  const publish = (count: number, last: boolean) => {
    const first = lines.length;
    for (let number = first; number < first + count; number++) {
      const subject = subjects[number % subjects.length]!;
      lines.push({ subject, sentAt: Date.now(), takenBy: Infinity, last });
      publisher.publish(subject, `${number} `.padEnd(size, "x"));
    }
    return publisher.flush().then(() => {
      const now = Date.now();
      for (let number = first; number < first + count; number++) lines[number]!.takenBy = now;
    });
  };
  const run = async () => {
    while (!stopped) {
      publish(batch, false).catch(() => {}); // The publisher too has lost NATS.
      await new Promise((resolve) => setTimeout(resolve, BEAT));
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
 * Takes lines until the last one, of those that `fits` lets through. Fails unless they only rise,
 * nothing else comes between but `status`, and each line that is missing was published in the time
 * that the two `status` events around it tell. Returns those times.
 */
export async function assertAccounted(
  reader: Reader,
  { lines }: Flow,
  fits: (subject: string) => boolean = () => true,
  onLine: (line: TimedLine) => void = () => {},
): Promise<Loss[]> {
  const losses: Loss[] = [];
  // The loss in which lines may be missing before the next one that comes.
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
    assert(number >= next && fits(line.subject), `Line ${number} is not to come after ${next - 1}`);
    for (; next < number; next++) {
      if (!fits(lines[next]!.subject)) continue;
      assert(open !== undefined, `Line ${next} is missing, and no status tells so`);
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
  assert(to !== undefined && from <= to, `NATS was away from ${from} to ${to}`);
  for (const number of missing) {
    const { sentAt, takenBy } = lines[number]!;
    const early = from - takenBy;
    assert(early <= 0, `Line ${number} is missing, and was taken ${early} ms before NATS was lost`);
    // What NATS has not said that it took, its publisher may have lost, which comes back by itself.
    const late = takenBy === Infinity ? 0 : sentAt - to;
    assert(late <= 0, `Line ${number} is missing, and was sent ${late} ms too late`);
  }
}
