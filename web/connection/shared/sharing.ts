/**
 * Shares one stream among the viewers of a browser that show the same lines: of a page, and of several tabs. Over
 * HTTP/1.1, a browser opens at most six connections to a service.
 *
 * A viewer first opens a stream of its own. If no other viewer of its group has one, it leads: it holds a lock, and
 * passes on its events. Otherwise it follows: it switches to the leader's events, without losing or repeating a line,
 * and closes its own stream. When the leader is gone, each follower opens its own stream again, which starts after
 * the last line if lines have ids, and the first one leads.
 *
 * @module
 */
import { OpenStream } from "../stream/open_stream.ts";
import type { Ready, StreamEvent } from "../stream/stream_request.ts";
import { joinByContent, joinWhereItStarts, takeOver } from "../stream/take_over.ts";
import { wait } from "../wait.ts";
import { follow } from "./follower.ts";
import { type Group, groupOf } from "./group.ts";
import { Leader } from "./leader.ts";

/** Viewers whose tokens expire sooner do not share: they would be busy with joining. */
const MIN_LIFETIME_MS = 30_000;
/** Maximum time until the lines of the past have arrived; it has to be over well before the token expires. */
const MAX_PAST_MS = 5000;
/** Maximum time for the leader to answer. */
const WELCOME_MS = 1000;
/** Another viewer may hold the lock for a moment while the leader changes. */
const ATTEMPTS = 3;
const TICK_MS = 50;

/** What sharing needs from the connection. */
export interface SharingOptions {
  readonly signal: AbortSignal;
  /** Maximum silence of a stream, in milliseconds. */
  readonly silence: number;
  /** Id of the last line so far, if lines have ids. */
  readonly lastId: () => string | undefined;
  /** Whether lines of the past are arriving. */
  readonly isPast: () => boolean;
  readonly onEvent: (event: StreamEvent) => void;
}

/** The part of one connection in sharing. */
export class Sharing {
  readonly #options: SharingOptions;
  #leader: Leader | undefined;
  /** The `ready` event of the stream that the leader had first. */
  #ready: Ready | undefined;
  #leaving = new AbortController();

  constructor(options: SharingOptions) {
    this.#options = options;
  }

  /** Aborted when the leader that this viewer follows is leaving. */
  get leaving(): AbortSignal {
    return this.#leaving.signal;
  }

  /** Passes on an event of the own stream; without one, the fact that it is alive. */
  pass(event?: StreamEvent): void {
    // Lines of another app, for which a new token is, must not reach the group.
    if (event?.event === "ready" && !isSameStream(event, this.#ready)) this.lose();
    this.#leader?.pass(event);
  }

  /** The own stream is lost. */
  lose(): void {
    this.#leader?.lose();
    this.#leader = undefined;
  }

  /** The viewer has been removed. Resolves when its stream can be closed. */
  async leave(): Promise<void> {
    await this.#leader?.leave();
    // The stream may have been lost meanwhile.
    this.lose();
  }

  /**
   * Leads the group of the stream `own`, or follows its leader. Resolves to the leader's stream after that has taken
   * over.
   *
   * @param token The token of `own`.
   * @throws {Error} If the page cannot share, as over plain HTTP.
   */
  async share(
    own: OpenStream,
    service: URL,
    token: string | undefined,
  ): Promise<OpenStream | undefined> {
    this.#leaving = new AbortController();
    const ready = await own.ready;
    if (ready === undefined || !(ready.lifetime >= MIN_LIFETIME_MS)) {
      this.lose();
      return undefined;
    }
    const expiresAt = Date.now() + ready.lifetime;
    const group = await groupOf(service, ready, token);
    if (group !== undefined && this.#leader?.lock === group.lock) return undefined;
    this.lose();
    if (group === undefined || !await this.#isLive(own)) return undefined;
    for (let i = 0; i < ATTEMPTS && !own.ended.aborted; i++) {
      this.#leader = await Leader.of(group, this.#options.lastId);
      if (this.#leader !== undefined) {
        this.#ready = ready;
        if (own.ended.aborted || this.#options.signal.aborted) this.lose();
        return undefined;
      }
      const shared = await this.#follow(own, group, ready, expiresAt);
      if (shared !== undefined) return shared;
    }
    return undefined;
  }

  /** Waits until the lines of the past have arrived. */
  async #isLive({ ended }: OpenStream): Promise<boolean> {
    const { isPast } = this.#options;
    const deadline = performance.now() + MAX_PAST_MS;
    while (isPast() && !ended.aborted && performance.now() < deadline) await wait(TICK_MS, ended);
    return !isPast() && !ended.aborted;
  }

  async #follow(
    own: OpenStream,
    group: Group,
    ready: Ready,
    expiresAt: number,
  ): Promise<OpenStream | undefined> {
    const { signal, silence, lastId, onEvent } = this.#options;
    const leaving = this.#leaving;
    const onLeaving = () => leaving.abort();
    const shared = new OpenStream({
      ...{ signal, silence, onEvent },
      request: (control, onEvent) =>
        follow({ group, ready, expiresAt, onLeaving }, control, onEvent),
    });
    const join = lastId() === undefined
      ? joinByContent(own, shared)
      : joinWhereItStarts(own, shared, lastId);
    const welcome = await Promise.race([shared.ready, wait(WELCOME_MS, own.ended)]);
    if (welcome && await takeOver(own, shared, { join })) return shared;
    own.onArrival = () => {};
    shared.stop();
    return undefined;
  }
}

function isSameStream({ app, subject, history }: Ready, other: Ready | undefined): boolean {
  return app === other?.app && subject === other.subject && history === other.history;
}
