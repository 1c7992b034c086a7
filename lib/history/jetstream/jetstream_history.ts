/**
 * Lines from a JetStream stream: stored ones, then those that it republishes.
 *
 * @module
 */
import type { NatsConnection } from "@nats-io/transport-deno";
import type { Config } from "../../config.ts";
import { Connection, type OpenSubscription } from "../../nats/connection.ts";
import { Problem } from "../../problem.ts";
import { statusEvent } from "../../stream/control_event.ts";
import type { LineRequest, LineSink } from "../../stream/line_source.ts";
import type { History, HistoryServices } from "../history.ts";
import type { JetStreamOptions } from "../history_options.ts";
import { ReadSlots } from "../read_slots.ts";
import { type HistoryStream, readHistoryStream } from "./history_stream.ts";
import { mapSubject } from "./republish.ts";
import type { ScopeReader } from "./scope_reader.ts";
import { SequenceFeed } from "./sequence_feed.ts";
import { positionOf } from "./sequence_headers.ts";
import { StoredLineReader } from "./reader/stored_line_reader.ts";
import { StreamWatch } from "./stream_watch.ts";
import type { QueueLimits } from "./waiting_lines.ts";

/** Returns the subject on which NATS announces that `stream` has another leader. */
export function electionSubject(stream: string): string {
  return `$JS.EVENT.ADVISORY.STREAM.LEADER_ELECTED.${stream}`;
}

/** Time that a new leader may need until it answers requests. */
const ELECTION_MS = 250;

/** Opens a {@linkcode SequenceFeed} for each stream. */
export class JetStreamHistory implements History {
  readonly #options: JetStreamOptions;
  readonly #limits: QueueLimits;
  readonly #services: HistoryServices;
  /** A connection of its own, so that history does not delay live lines. */
  readonly #connection: Connection;
  readonly #slots: ReadSlots;
  readonly #watch: StreamWatch;
  readonly #feeds = new Map<SequenceFeed, LineSink>();
  /** Set while streams are held because the stream has another leader. */
  #election: ReturnType<typeof setTimeout> | undefined;

  /** Starts to watch the stream. */
  constructor(
    options: JetStreamOptions,
    config: Pick<Config, "nats" | "subjectTemplate">,
    limits: QueueLimits,
    services: HistoryServices,
  ) {
    this.#options = options;
    this.#limits = limits;
    this.#services = services;
    this.#slots = new ReadSlots(options.concurrency);
    this.#connection = new Connection(config.nats, services.log);
    this.#watch = new StreamWatch(
      () => {
        const { connection } = this.#connection;
        return connection && readHistoryStream(connection, options.stream, config.subjectTemplate);
      },
      {
        onDisturbed: () => this.#feeds.forEach((_, feed) => feed.catchUp()),
        // Clients reconnect, and get what the stream offers now.
        onReplaced: () => this.#feeds.forEach((sink) => sink.end("shutdown")),
      },
      services.log,
    );
    services.nats.watch(electionSubject(options.stream), () => this.#changeLeader());
  }

  get problem(): string | undefined {
    return this.#watch.problem;
  }

  async open(request: LineRequest): Promise<() => void> {
    const { scope, start, sink, announce } = request;
    const { nats, live, metrics } = this.#services;
    await this.#awaitFirstAnswer(request);
    const { stream } = this.#watch;
    const subject = stream && mapSubject(stream.republish, scope.subject);
    if (stream === undefined || subject === undefined) return await live.open(request);
    let subscription: OpenSubscription | undefined;
    const last = start === undefined ? stream.lastSequence : undefined;
    const reader = this.#createReader(stream, scope.subject, () => subscription?.connection);
    const feed = new SequenceFeed(last, sink, reader, this.#limits);
    const close = () => {
      this.#feeds.delete(feed);
      subscription?.close();
      feed.close();
    };
    announce({ history: true, id: last });
    this.#feeds.set(feed, sink);
    try {
      subscription = await nats.subscribe(subject, {
        onMessage: (message) => {
          const position = positionOf(message, stream.name);
          if (position === undefined) return;
          live.onLine(message.data);
          feed.push(message.data, position);
        },
        onDenied: () => sink.end("denied"),
        onState: (state, at) => {
          const notify = () => sink.notify(statusEvent(state, at, true));
          if (state === "connected") return feed.release("disconnected", notify);
          feed.hold("disconnected");
          notify();
        },
      });
    } catch (error) {
      close();
      throw error;
    }
    if (start !== undefined) {
      const startedAt = performance.now();
      feed.start(start, this.#options.maxLines, (id) => {
        metrics.historySent((performance.now() - startedAt) / 1000);
        sink.notify({ event: "live", data: {}, id });
      });
    }
    return close;
  }

  async close(): Promise<void> {
    this.#watch.close();
    clearTimeout(this.#election);
    await this.#connection.close();
  }

  /**
   * A leader does not republish the last lines that were published before its election, but announces it before it
   * republishes others.
   */
  #changeLeader(): void {
    this.#feeds.forEach((_, feed) => feed.hold("election"));
    this.#election ??= setTimeout(() => {
      this.#election = undefined;
      this.#feeds.forEach((_, feed) => feed.release("election"));
    }, ELECTION_MS);
  }

  /** Creates a reader whose reads wait for a slot, and are counted. */
  #createReader(
    stream: HistoryStream,
    filter: string,
    live: () => NatsConnection | undefined,
  ): ScopeReader {
    const { metrics } = this.#services;
    let closed = false;
    const run = <T>(read: () => Promise<T>) =>
      this.#slots.run(async () => {
        // Streams that have ended must not delay those behind them.
        if (closed) throw new Error("closed");
        try {
          return await read();
        } finally {
          // The read may have opened a consumer since the reader was closed.
          if (closed) reader.close();
        }
      });
    const history = () => this.#connection.connection;
    const reader = new StoredLineReader(stream, filter, { live, history });
    return {
      lastSequence: () => run(() => reader.lastSequence()),
      find: (start, maxLines) => run(() => reader.find(start, maxLines)),
      read: async (sequence) => {
        const lines = await run(() => reader.read(sequence));
        metrics.historyRead(lines.length);
        return lines;
      },
      onError: (error) => this.#services.log.warn("history not read", { reason: String(error) }),
      close() {
        closed = true;
        reader.close();
      },
    };
  }

  /** @throws {Problem} If the client has an id, so that its stream must not start without history. */
  async #awaitFirstAnswer({ start }: LineRequest): Promise<void> {
    if (await this.#watch.isKnown()) return;
    if (start === undefined || !("after" in start)) return;
    throw new Problem("nats_unavailable", "Try again: JetStream does not answer.");
  }
}
