/**
 * The viewer of a group that has the stream, and passes on its events.
 *
 * @module
 */
import type { StreamEvent } from "../stream/stream_request.ts";
import { wait } from "../wait.ts";
import { type Channel, type LeaderMessage, type Message, openChannel } from "./channel.ts";
import type { Group } from "./group.ts";

/** Maximum time for which a viewer that has been removed keeps its stream, so that another one can take over. */
const LINGER_MS = 5000;

/** What the other viewers cannot know from their own streams. */
const PASSED_ON: readonly string[] = ["line", "dropped", "status", "gap"] satisfies StreamEvent[
  "event"
][];

/** Leads a group from its creation until {@linkcode Leader.lose}, which is called once. */
export class Leader {
  readonly lock: string;
  readonly #name = crypto.randomUUID();
  readonly #channel: Channel;
  readonly #lastId: () => string | undefined;
  readonly #release: () => void;
  readonly #followers = new Set<string>();
  readonly #alone = new AbortController();
  /** Events of the current chunk. */
  #events: StreamEvent[] | undefined;
  #isLeaving = false;

  /**
   * Becomes the leader; `undefined` if the group has one.
   *
   * @throws {Error} If the page has no locks or channels, or may not use them.
   */
  static async of(group: Group, lastId: () => string | undefined): Promise<Leader | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<Leader | undefined>();
    const lead = (lock: Lock | null) => {
      if (lock === null) return resolve(undefined);
      return new Promise<void>((release) => resolve(new Leader(group, lastId, release)));
    };
    navigator.locks.request(group.lock, { ifAvailable: true }, lead).catch(reject);
    return await promise;
  }

  /** The caller holds the lock of the group, which `release` releases. */
  private constructor(group: Group, lastId: () => string | undefined, release: () => void) {
    this.lock = group.lock;
    this.#lastId = lastId;
    this.#release = release;
    this.#channel = openChannel(group.channel, (message) => this.#receive(message));
  }

  /** Passes on an event of the stream; without one, the fact that the stream is alive. */
  pass(event?: StreamEvent): void {
    if (this.#followers.size === 0) return;
    // One message per chunk, since each costs far more than a line.
    if (this.#events === undefined) queueMicrotask(() => this.#flush());
    this.#events ??= [];
    if (event !== undefined && PASSED_ON.includes(event.event)) this.#events.push(event);
  }

  /** The stream is lost, or has changed: the others have to find another leader. */
  lose(): void {
    this.#flush();
    this.#post({ kind: "lost" });
    this.#channel.close();
    this.#release();
    this.#alone.abort();
  }

  /** Resolves as soon as the others have taken over. {@linkcode Leader.lose} has to be called then, or before. */
  async leave(): Promise<void> {
    if (this.#followers.size === 0) return;
    this.#isLeaving = true;
    this.#post({ kind: "leaving" });
    this.#release();
    await wait(LINGER_MS, this.#alone.signal);
  }

  #receive(message: Message): void {
    if (message.kind === "join" && !this.#isLeaving) {
      const { viewer } = message;
      this.#flush();
      this.#followers.add(viewer);
      this.#post({ kind: "welcome", viewer, lastId: this.#lastId() });
    } else if (message.kind === "leave") {
      this.#followers.delete(message.viewer);
      if (this.#followers.size === 0 && this.#isLeaving) this.#alone.abort();
    }
  }

  #flush(): void {
    if (this.#events !== undefined) this.#post({ kind: "events", events: this.#events });
    this.#events = undefined;
  }

  #post(message: LeaderMessage): void {
    this.#channel.postMessage({ ...message, leader: this.#name });
  }
}
