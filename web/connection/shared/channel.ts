/**
 * How viewers that share a stream talk to each other.
 *
 * @module
 */
import type { StreamEvent } from "../stream/stream_request.ts";

/** A message on the channel of a group. `viewer` is a random name. */
export type Message =
  /** To the leader: pass on the events to me too. */
  | { readonly kind: "join"; readonly viewer: string }
  /** To the leader: I no longer need them. */
  | { readonly kind: "leave"; readonly viewer: string }
  /** From the leader: all events after this message follow. `lastId` is that of the last line before. */
  | { readonly kind: "welcome"; readonly viewer: string; readonly lastId: string | undefined }
  /** From the leader: the next events; none if the stream has only shown that it is alive. */
  | { readonly kind: "events"; readonly events: readonly StreamEvent[] }
  /** From the leader: events follow for a few more seconds, in which another viewer has to take over. */
  | { readonly kind: "leaving" }
  /** From the leader: the stream is lost, and nothing follows. */
  | { readonly kind: "lost" };

/** The channel of a group. Its messages arrive in the order in which they were posted. */
export class Channel {
  readonly #channel: BroadcastChannel;

  constructor(name: string, onMessage: (message: Message) => void) {
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => onMessage(data);
  }

  post(message: Message): void {
    this.#channel.postMessage(message);
  }

  close(): void {
    this.#channel.close();
  }
}
