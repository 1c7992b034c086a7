/** What NATS told about its stream during a run, which nats-server 2.9 may revoke after a node has hung. */
import type { NatsConnection } from "@nats-io/transport-deno";
import { numberOf } from "../../line.ts";

/** Maximum distance of two IDs that NATS reused at the same time. */
const MAX_GAP = 100;

/** The lines that NATS has republished or confirmed, or stored on any node, by ID. */
export class AnnouncedLines {
  readonly #numbers = new Map<number, Set<number>>();

  /** NATS has announced a line. */
  add(id: number, number: number): void {
    let numbers = this.#numbers.get(id);
    if (numbers === undefined) this.#numbers.set(id, numbers = new Set());
    numbers.add(number);
  }

  /** Takes what is republished to a connection that no instance of the service uses. */
  observe(nats: NatsConnection, subject: string): void {
    nats.subscribe(subject, {
      callback: (error, message) => {
        // The publisher may have set the same header: the server's is the last one.
        const id = message.headers?.values("Nats-Sequence").at(-1);
        if (error === null && id !== undefined) this.add(Number(id), numberOf(message.string()));
      },
    });
  }

  /** The IDs that NATS gave to several lines, and those between them, about which not everything is known. */
  reused(stored: readonly number[]): Set<number> {
    const reused = new Set<number>();
    let last = -Infinity;
    for (const [id, numbers] of [...this.#numbers].sort(([a], [b]) => a - b)) {
      if (numbers.size === 1 && numbers.has(stored[id]!)) continue;
      for (let other = id - last > MAX_GAP ? id : last + 1; other <= id; other++) reused.add(other);
      last = id;
    }
    return reused;
  }
}
