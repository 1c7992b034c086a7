/**
 * What a connection connects to, and what it reports.
 *
 * @module
 */
import type { StreamState } from "../package/element.ts";
import type { Text } from "../texts/texts.ts";
import type { EndedReason } from "./reconnect_policy.ts";
import type { TokenProvider } from "./token_source.ts";

/** The state of the stream. Times in milliseconds since the epoch. */
export type ConnectionState =
  | StreamState
  /** `at` is the time of the next attempt; `reason` is for developers, `text` for readers. */
  | {
    readonly state: "reconnecting";
    readonly at: number;
    readonly reason: string;
    readonly text: Text;
  }
  /** No further attempt can succeed. */
  | {
    readonly state: "ended";
    readonly reason: EndedReason;
    /** For developers. */
    readonly detail: string;
    /** The apps to choose from, if the reason is `app-required`. */
    readonly apps?: readonly string[] | undefined;
  };

/** What to connect to, and how. */
export interface ConnectionOptions {
  /** URL of the stream, absolute or relative to the page. */
  readonly src: string;
  /** The token that `start()` uses first. Without it and a provider, the page's cookie is sent. */
  readonly token?: string | undefined;
  /**
   * Provides a token if there is none, before the last one expires, and if one is rejected. The property is
   * read each time, since the host may have replaced it.
   */
  readonly tokenProvider?: TokenProvider | undefined;
  readonly region?: string | undefined;
  readonly machine?: string | undefined;
  readonly app?: string | undefined;
  /** Number of lines of the past to start with, if the service has them. Default: 0. */
  readonly tail?: number | undefined;
  /** Default: `Math.random`. */
  readonly random?: () => number;
  /** Initial maximum silence of a stream, in milliseconds. Default: three keepalives. */
  readonly silence?: number;
}

/** Callbacks of a connection; none is called after `stop()`. */
export interface ConnectionHandlers {
  onState(state: ConnectionState): void;
  /** `isHistory`: the line was written before the stream opened. `sequence`: its id, if lines have ids. */
  onLine(payload: string, isHistory: boolean, sequence?: string): void;
  /** The service dropped lines here because this page was too slow. */
  onDropped(count: number, bytes: number): void;
  /** NATS was lost, or is back: lines in between may be missing. Milliseconds since the epoch. */
  onNats(state: "connected" | "disconnected", at: number): void;
  /** Lines of the past are missing here: `retention`, `limit` or `unavailable`. */
  onGap(reason: string): void;
  /** The lines of the past that the view starts with end here. */
  onLive(): void;
  /** The stream is open: every line from here on arrives. */
  onOpen(): void;
  /**
   * A live stream was lost, perhaps because its token expired: lines are missing until `onOpen()`. Not called if
   * the next stream continues where it ended. `at` is when it was last heard, in milliseconds since the epoch.
   */
  onLost(at: number, hasExpired?: boolean): void;
}
