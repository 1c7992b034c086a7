/**
 * Where the lines of a stream come from: live only, or with history.
 *
 * @module
 */
import type { HistoryStart } from "../history/history_start.ts";
import type { Scope } from "../nats/subject.ts";
import type { ControlEvent } from "./control_event.ts";
import type { EndReason } from "./end_reasons.ts";

/** Takes the lines and events of one stream, in order. */
export interface LineSink {
  /** Whether the stream has ended: it takes no more lines. */
  readonly ended: boolean;
  /** Adds one live line, or drops it if the reader is too slow. */
  push(payload: Uint8Array, id?: number): void;
  /** Adds one line that can be read again if there is no room for it. Returns whether to go on to the next. */
  offer(payload: Uint8Array, id?: number): boolean;
  /** Number of bytes that the reader has not taken. */
  readonly waitingBytes: number;
  /** Resolves when there may be room. */
  room(): Promise<void>;
  /** Adds a control event. */
  notify(event: ControlEvent): void;
  /** Ends the stream. */
  end(reason: EndReason): void;
}

/** The parts of the `ready` event that depend on the source. */
export interface Ready {
  /** Whether lines of the past are available. */
  readonly history: boolean;
  /** The sequence number after which a client resumes that is cut off before its first line. */
  readonly id?: number | undefined;
}

/** What a stream asks of a source. */
export interface LineRequest {
  /** Which lines. */
  readonly scope: Scope;
  /** Where to start; `undefined` for live lines only. */
  readonly start: HistoryStart | undefined;
  /** Where the lines go. */
  readonly sink: LineSink;
  /** Called once, before the first line. */
  readonly announce: (ready: Ready) => void;
}

/** A source of lines. */
export interface LineSource {
  /**
   * Starts to deliver lines. Resolves once NATS has confirmed the subscription, to the function that stops
   * it.
   *
   * @throws {Problem} `nats_unavailable` or `subscription_denied`.
   */
  open(request: LineRequest): Promise<() => void>;
}
