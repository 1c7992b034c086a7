/** What a client received, and its comparison with what the stream has stored. */
import type { ServerEvent } from "../../support/clients/event_source.ts";
import { numberOf, type Scope, shows } from "../line.ts";

/** The result of a comparison: numbers of lines. */
export interface Comparison {
  received: number;
  /** Neither received nor reported as dropped. */
  lost: number;
  /** Received again. */
  duplicated: number;
  /** Received after a later line. */
  misordered: number;
  /** Of another scope, or never stored. */
  foreign: number;
  /** Reported as dropped. */
  dropped: number;
  /** Explanations of the first deviations. */
  readonly details: string[];
}

/** Maximum number of explanations per client. */
const MAX_DETAILS = 3;

/** What one client has received over all of its connections. */
export class Receipts {
  /** The ID to resume after; `""` if there is none yet. */
  lastId = "";
  /** The number of streams that were opened. */
  streams = 0;
  /** When the stream with the first line or ID was ready (`performance.now()`); `undefined` before. */
  readyAt: number | undefined;
  /** The ID of the first `live` event. */
  liveId: number | undefined;
  /** Number of `status` events, by their content. */
  readonly statuses = { disconnected: 0, recovered: 0, unrecovered: 0 };
  /** Guarantees that were violated, apart from missing or repeated lines. */
  readonly violations: string[] = [];
  readonly #ids: number[] = [];
  readonly #numbers: number[] = [];
  /** Lines reported as dropped, by the index of the next line. */
  readonly #dropped = new Map<number, number>();
  /** Descriptions of events, by the index of the next line. */
  readonly #events: [index: number, description: string][] = [];

  /** Takes an event. */
  take({ event, data, id }: ServerEvent): void {
    const isFirst = this.lastId === "";
    if (id !== undefined) this.lastId = id;
    if (event === undefined) return this.#takeLine(data, id);
    this.note(`${event} ${data}`);
    const { count, history, nats, recovered } = JSON.parse(data);
    if (event === "ready") {
      this.streams++;
      // Without an ID, the request is repeated as it was.
      if (isFirst) this.readyAt = performance.now();
      // What the previous connection dropped is sent again.
      this.#dropped.delete(this.#ids.length);
      if (!history) this.violations.push("A stream opened without history");
    } else if (event === "dropped") {
      const index = this.#ids.length;
      this.#dropped.set(index, (this.#dropped.get(index) ?? 0) + count);
    } else if (event === "live") this.liveId ??= Number(id);
    else if (event === "gap") this.violations.push(`A gap: ${data}`);
    else if (nats === "disconnected") this.statuses.disconnected++;
    else if (nats === "connected") this.statuses[recovered ? "recovered" : "unrecovered"]++;
  }

  /** Adds an explanation of what happens before the next line. */
  note(description: string): void {
    this.#events.push([this.#ids.length, description]);
  }

  /** The number of lines. */
  get length(): number {
    return this.#ids.length;
  }

  /** The ID of the last line; 0 if there is none. */
  get lastLine(): number {
    return this.#ids.at(-1) ?? 0;
  }

  /** Whether lines are reported as dropped after the last line. */
  get endsWithDropped(): boolean {
    return this.#dropped.has(this.#ids.length);
  }

  /**
   * Compares the lines with `expected`, the IDs of all lines of the scope, from the first received one
   * on.
   *
   * @param stored The number of each stored line, by ID.
   */
  compare(scope: Scope, stored: readonly number[], expected: readonly number[]): Comparison {
    const result: Comparison = {
      received: this.#ids.length,
      lost: 0,
      duplicated: 0,
      misordered: 0,
      foreign: 0,
      dropped: 0,
      details: [],
    };
    const indexes = new Map(expected.map((id, index) => [id, index]));
    const seen = new Set<number>();
    const deviate = (
      kind: "lost" | "duplicated" | "misordered" | "foreign",
      at: number,
      text: string,
      count = 1,
    ) => {
      result[kind] += count;
      if (result.details.length < MAX_DETAILS) {
        const ids = this.#ids.slice(Math.max(0, at - 6), at + 4);
        result.details.push(`${kind} at ${at}: ${text} (ids: ${ids}) ${this.#eventsNear(at)}`);
      }
    };
    let next: number | undefined;
    const skip = (to: number, at: number) => {
      const missing = to - (next ?? to);
      const dropped = this.#dropped.get(at) ?? 0;
      // The lines dropped before the first one received may be older than it.
      if (next !== undefined && missing !== dropped) {
        const [from, last] = [expected[next], expected[to - 1]];
        deviate(
          "lost",
          at,
          `${missing} missing (${from} to ${last}), ${dropped} reported as dropped`,
          Math.abs(missing - dropped),
        );
      }
      result.dropped += dropped;
    };
    this.#ids.forEach((id, at) => {
      const number = this.#numbers[at]!;
      const index = indexes.get(id);
      if (index === undefined || stored[id] !== number || !shows(scope, number)) {
        return deviate("foreign", at, `line ${number} with id ${id}, stored is ${stored[id]}`);
      }
      if (seen.has(id)) return deviate("duplicated", at, `id ${id}`);
      seen.add(id);
      if (next !== undefined && index < next) {
        return deviate("misordered", at, `id ${id} after ${this.#ids[at - 1]}`);
      }
      skip(index, at);
      next = index + 1;
    });
    skip(expected.length, this.#ids.length);
    return result;
  }

  /** The ID of the first line; `undefined` if there is none. */
  get firstLine(): number | undefined {
    return this.#ids[0];
  }

  #takeLine(data: string, id: string | undefined): void {
    try {
      this.#numbers.push(numberOf(data));
      this.#ids.push(Number(id ?? "0"));
    } catch (error) {
      this.violations.push((error as Error).message);
    }
  }

  #eventsNear(at: number): string {
    const near = this.#events.filter(([index]) => index <= at).slice(-4);
    const after = this.#events.find(([index]) => index > at);
    return `(events: ${
      [...near, ...(after ? [after] : [])].map(([i, what]) => `${i} ${what}`).join("; ")
    })`;
  }
}
