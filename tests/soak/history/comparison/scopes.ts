/** The stored lines of each scope, and what a client must have of them. */
import { type Scope, shows } from "../../line.ts";
import type { Client } from "../clients.ts";
import type { ConfirmedPublisher } from "../publisher.ts";

/** The stored lines of each scope. */
export class Scopes {
  readonly #stored: readonly number[];
  readonly #ids = new Map<string, readonly number[]>();

  constructor(stored: readonly number[]) {
    this.#stored = stored;
  }

  /** The IDs of a scope's lines. */
  of(scope: Scope): readonly number[] {
    const key = JSON.stringify(scope);
    let ids = this.#ids.get(key);
    if (ids === undefined) {
      ids = this.#stored.flatMap((number, id) => shows(scope, number) ? [id] : []);
      this.#ids.set(key, ids);
    }
    return ids;
  }

  /** Whether a client has everything up to the last line of its scope. */
  isComplete({ scope, receipts: { numbers, dropped } }: Client): boolean {
    const last = this.of(scope).at(-1);
    return last === undefined || this.#stored[last] === numbers.at(-1) ||
      dropped.has(numbers.length);
  }

  /** Describes a stream that never opened, or started too late; `undefined` if it did not. */
  lateStart(
    { scope, tail, receipts: { liveId, openedAt } }: Client,
    first = Infinity,
    { lines }: ConfirmedPublisher,
    reused: ReadonlySet<number>,
  ): string | undefined {
    const ids = this.of(scope);
    const what = `The first stream of ${JSON.stringify({ ...scope, tail })}`;
    if (openedAt === undefined) return `${what} never opened`;
    const missed = ids.find((id) =>
      id < first && !reused.has(id) && lines[this.#stored[id]!]!.sentAt > openedAt
    );
    if (missed !== undefined) return `${what} lacks line ${missed}, which was published later`;
    if (tail === undefined || liveId === undefined) return undefined;
    const history = ids.filter((id) => id <= liveId);
    const found = history.filter((id) => id >= first).length;
    const least = Math.min(tail, history.filter((id) => !reused.has(id)).length);
    return found < least ? `${what} starts with ${found} lines, not ${least}` : undefined;
  }
}
