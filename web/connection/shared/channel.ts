/**
 * How viewers that share a stream talk to each other.
 *
 * @module
 */
import type { StreamEvent } from "../stream/stream_request.ts";

/** A message on the channel of a group. `viewer` and `leader` are random names. */
export type Message =
  /** To the leader: pass on the events to me too. */
  | { readonly kind: "join"; readonly viewer: string }
  /** To the leader: I no longer need them. */
  | { readonly kind: "leave"; readonly viewer: string }
  | LeaderMessage & { readonly leader: string };

/** A message from the leader. One that is leaving and the next one may both have followers. */
export type LeaderMessage =
  /** All events after this message follow. `lastId` is that of the last line before. */
  | { readonly kind: "welcome"; readonly viewer: string; readonly lastId: string | undefined }
  /** The next events; none if the stream has only shown that it is alive. */
  | { readonly kind: "events"; readonly events: readonly StreamEvent[] }
  /** Events follow for a few more seconds, in which another viewer has to take over. */
  | { readonly kind: "leaving" }
  /** The stream is lost, and nothing follows. */
  | { readonly kind: "lost" };

/** The channel of a group. Its messages arrive in the order in which they were posted. */
export interface Channel {
  postMessage(message: Message): void;
  close(): void;
}

/** Opens the channel `name`. */
export function openChannel(name: string, onMessage: (message: Message) => void): Channel {
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }) => onMessage(data);
  return channel;
}
