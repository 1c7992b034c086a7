/** What a client received. */
import type { ServerEvent } from "../../../support/clients/event_source.ts";
import { numberOf } from "../../line.ts";

/** What one client has received over all of its connections. */
export class Receipts {
  /** The IDs of the lines, in the order of their arrival; 0 if the client is not told. */
  readonly ids: number[] = [];
  /** The numbers of the lines. */
  readonly numbers: number[] = [];
  /** The numbers of lines reported as dropped, by the index of the next line. */
  readonly dropped = new Map<number, number>();
  /** The ID to resume after; `""` if there is none yet. */
  lastId = "";
  /** The number of streams that were opened. */
  streams = 0;
  /** When the stream with the first ID or line was opened (`performance.now()`); `undefined` before. */
  openedAt: number | undefined;
  /** The ID of the first `live` event. */
  liveId: number | undefined;
  /** The number of `status` events, by their content. */
  readonly statuses = { disconnected: 0, recovered: 0, unrecovered: 0 };
  /** Guarantees that were violated, apart from missing or repeated lines. */
  readonly violations: string[] = [];
  /** Descriptions of events, by the index of the next line. */
  readonly #events: [index: number, description: string][] = [];

  /** Takes an event of a stream. */
  take({ event, data, id }: ServerEvent): void {
    if (event === undefined) this.takeLine(data, id);
    else {
      this.note(`${event} ${data}`);
      const { count, history, nats, recovered, reason } = JSON.parse(data);
      if (event === "ready") this.takeOpened(history);
      else if (event === "live") this.liveId ??= Number(id);
      else if (event === "dropped") this.takeDropped(count);
      else if (event === "gap") this.takeGap(reason);
      else if (nats === "disconnected") this.statuses.disconnected++;
      else if (nats === "connected") this.statuses[recovered ? "recovered" : "unrecovered"]++;
    }
    if (id !== undefined) this.lastId = id;
  }

  /** A stream has opened. */
  takeOpened(history: boolean): void {
    this.streams++;
    // Without an ID, the request was repeated as it was.
    if (this.lastId === "" && this.numbers.length === 0) this.openedAt = performance.now();
    // What the previous stream dropped is sent again.
    this.dropped.delete(this.ids.length);
    if (!history) this.violations.push("A stream opened without history");
  }

  /** A line has arrived. */
  takeLine(data: string, id = "0"): void {
    try {
      this.numbers.push(numberOf(data));
      this.ids.push(Number(id));
    } catch (error) {
      this.violations.push((error as Error).message);
    }
  }

  /** Lines are reported as dropped. */
  takeDropped(count: number): void {
    const index = this.ids.length;
    this.dropped.set(index, (this.dropped.get(index) ?? 0) + count);
  }

  /** Lines are reported as missing. */
  takeGap(reason: string): void {
    this.violations.push(`A gap: ${reason}`);
  }

  /** Adds an explanation of what happens before the next line. */
  note(description: string): void {
    this.#events.push([this.ids.length, description]);
  }

  /** Describes the lines and events around an index. */
  describe(at: number): string {
    const from = Math.max(0, at - 6);
    const lines = this.ids.slice(from, at + 4).map((id, i) => `${id}/${this.numbers[from + i]}`);
    const after = this.#events.findIndex(([index]) => index > at);
    const end = after === -1 ? this.#events.length : after + 1;
    const events = this.#events.slice(Math.max(0, end - 5), end);
    return `(IDs and numbers: ${lines.join(", ")}; events: ${
      events.map(([index, what]) => `${index} ${what}`).join("; ")
    })`;
  }
}
