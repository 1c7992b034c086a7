/**
 * The streams of a connection without an interruption: its own ones, each of which replaces another before that
 * one's token expires, and those that it shares with other viewers.
 *
 * @module
 */
import { Sharing } from "./shared/sharing.ts";
import { OpenStream } from "./stream/open_stream.ts";
import {
  type Outcome,
  type Ready,
  requestStream,
  type StreamEvent,
} from "./stream/stream_request.ts";
import { openSuccessor } from "./stream/successor.ts";
import type { Past, StreamReceiver } from "./stream_receiver.ts";
import type { TokenSource } from "./token_source.ts";

/** What the streams need from the connection. */
export interface StreamSequenceOptions {
  /** The token of the first stream. */
  readonly token: string | undefined;
  readonly tokens: TokenSource;
  readonly receiver: StreamReceiver;
  readonly signal: AbortSignal;
  readonly random: () => number;
  /** Random delay after this number of failures, in milliseconds. */
  readonly backoff: (failures: number) => number;
  /** Maximum silence of a stream, in milliseconds. */
  readonly silence: number;
  readonly url: (past?: Past) => URL;
  /** Called with each stream that takes the place of another. */
  readonly onStream: (stream: OpenStream) => void;
  readonly onReady: (ready: Ready) => void;
}

/** Resolves when a stream has ended without a successor. */
export async function receiveStreams(options: StreamSequenceOptions): Promise<Outcome> {
  const { tokens, receiver, signal, random, backoff, silence, url, onStream, onReady } = options;
  const lastId = () => receiver.lastId;
  const receive = (event: StreamEvent, past: Past) => {
    if (signal.aborted) return;
    receiver.receive(event, past);
    if (event.event === "ready") onReady(event);
  };
  const onLost = () => receiver.lose({ at: stream.heardAt, hasExpired: false });
  const sharing = new Sharing({
    ...{ signal, silence, lastId },
    isPast: () => receiver.isPast,
    onEvent: (event) => receive(event, undefined),
  });
  // A stream that others share may outlast this connection by a few seconds.
  const closing = new AbortController();
  const close = async () => {
    await sharing.leave();
    closing.abort();
  };
  let { token } = options;
  const open = (past: Past) => {
    const request = { url: url(past), token, onHeard: () => sharing.pass() };
    return new OpenStream({
      ...{ silence, signal: closing.signal },
      request: (control, onEvent) => requestStream({ ...request, ...control }, onEvent),
      onEvent: (event) => {
        receive(event, past);
        sharing.pass(event);
      },
    });
  };
  signal.addEventListener("abort", close);
  let stream = open(receiver.next);
  stream.release();
  for (;;) {
    onStream(stream);
    const shared = await sharing.share(stream, url(), token).catch(() => undefined);
    if (shared !== undefined) {
      stream = shared;
      onStream(stream);
    }
    const successor = openSuccessor(stream, {
      ...{ tokens, signal, random, backoff, lastId, onLost, leaving: sharing.leaving },
      open: (newToken) => {
        token = newToken;
        return open(lastId() === undefined ? undefined : "resume");
      },
    });
    const outcome = await stream.outcome;
    const next = await successor;
    if (next !== undefined) {
      stream = next;
      continue;
    }
    signal.removeEventListener("abort", close);
    sharing.lose();
    return outcome;
  }
}
