/** What NATS told about its stream during a run, which nats-server 2.9 may revoke after a node has hung. */
import type { NatsConnection } from "@nats-io/transport-deno";
import { numberOf } from "../../line.ts";

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

  /** The other lines that NATS announced with an ID, for each ID whose stored line is not the only one. */
  revoked(stored: readonly number[]): Map<number, ReadonlySet<number>> {
    const revoked = new Map<number, ReadonlySet<number>>();
    for (const [id, numbers] of this.#numbers) {
      const others = new Set(numbers);
      others.delete(stored[id]!);
      if (others.size > 0) revoked.set(id, others);
    }
    return revoked;
  }
}
