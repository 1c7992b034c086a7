/**
 * A viewer of a group that receives the events of another one's stream.
 *
 * @module
 */
import type { StreamControl } from "../stream/open_stream.ts";
import type { Outcome, Ready, StreamEvent } from "../stream/stream_request.ts";
import { wait } from "../wait.ts";
import { type Message, openChannel } from "./channel.ts";
import type { Group } from "./group.ts";

/** Maximum time between the release of the lock and the message that the leader is leaving. */
const LEAVING_MS = 250;

/** What to follow. */
export interface Following {
  readonly group: Group;
  /** The `ready` event of this viewer's own stream. */
  readonly ready: Ready;
  /** When its token expires, in milliseconds since the epoch, on this computer's clock. */
  readonly expiresAt: number;
  /** Called when the leader is leaving. */
  readonly onLeaving: () => void;
}

/** Follows the leader. Resolves when it is gone, or this viewer's own token has expired. */
export async function follow(
  { group, ready, expiresAt, onLeaving }: Following,
  { timer, signal }: StreamControl,
  onEvent: (event: StreamEvent) => void,
): Promise<Outcome> {
  const viewer = crypto.randomUUID();
  const { promise: outcome, resolve } = Promise.withResolvers<Outcome>();
  const end = (why: "cut" | "silent") => resolve({ kind: "lost", why });
  const expire = () => resolve({ kind: "ended", reason: "expired", retry: undefined });
  const ended = new AbortController();
  /** The name of the leader, once it has answered. */
  let leader: string | undefined;
  let isLeaving = false;
  const receive = (message: Message) => {
    if (ended.signal.aborted) return;
    if (message.kind === "welcome" && message.viewer === viewer) {
      leader = message.leader;
      timer.reset();
      const lifetime = expiresAt - Date.now();
      onEvent({ ...ready, id: message.lastId, lifetime });
    } else if (!("leader" in message) || message.leader !== leader) return;
    else if (message.kind === "events") {
      // A timer may be late, as after the computer has slept.
      if (Date.now() >= expiresAt) return expire();
      timer.reset();
      try {
        for (const event of message.events) if (!signal.aborted) onEvent(event);
      } catch (error) {
        // A viewer that shows "Live" and lacks lines would be worse.
        reportError(error);
        end("cut");
      }
    } else if (message.kind === "leaving") {
      isLeaving = true;
      onLeaving();
    } else if (message.kind === "lost") end("cut");
  };
  const channel = openChannel(group.channel, receive);
  channel.postMessage({ kind: "join", viewer });
  // Granted when the leader is gone. Released at once, so that whichever viewer is ready first can lead.
  navigator.locks.request(group.lock, { signal: ended.signal }, () => {}).then(async () => {
    await wait(LEAVING_MS, ended.signal);
    if (!isLeaving) end("cut");
  }, () => {});
  wait(expiresAt - Date.now(), signal, timer.signal, ended.signal).then(() => {
    if (signal.aborted) end("cut");
    else if (timer.signal.aborted) end("silent");
    else expire();
  });
  const result = await outcome;
  ended.abort();
  timer.stop();
  channel.postMessage({ kind: "leave", viewer });
  channel.close();
  return result;
}
