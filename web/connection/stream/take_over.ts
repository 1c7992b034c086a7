/**
 * Switches from one stream to another that has the same lines, without losing or repeating one.
 *
 * @module
 */
import type { OpenStream } from "./open_stream.ts";
import { Overlap } from "./overlap.ts";
import type { Outcome, Ready, StreamEvent } from "./stream_request.ts";
import { wait } from "../wait.ts";

/** Time for which two streams are compared. */
const SETTLE_MS = 500;
/** Interval at which a stream that is behind is looked at. */
const TICK_MS = 20;
/** Maximum number of comparisons: the lines of the new stream are held back meanwhile. */
const MAX_COMPARISONS = 20;

/**
 * Closes `old` and releases `next`. Resolves to whether it has: `next` may have ended, or `old` without a
 * successor.
 *
 * @param isSame Whether both streams have the same lines. Default: they have.
 * @param onLost Called before the first event of `next` if lines may be missing in between. Without it, `old` then
 * stays open.
 */
export async function takeOver(
  old: OpenStream,
  next: OpenStream,
  { join, isSame = () => true, onLost }: {
    readonly join: Join;
    readonly isSame?: (ready: Ready) => boolean;
    readonly onLost?: () => void;
  },
): Promise<boolean> {
  const ready = await Promise.race([next.ready, old.outcome.then(() => undefined)]);
  const passes = ready && await join(isSame(ready));
  if (passes === undefined || passes === LOST && onLost === undefined) {
    next.stop();
    old.onArrival = () => {};
    return false;
  }
  old.stop();
  if (passes === LOST) onLost?.();
  next.release(passes);
  next.onArrival = () => {};
  return true;
}

/** Lines may be missing between the streams. */
const LOST = (): boolean => true;

/** Resolves to what passes of the new stream when it takes over, or to `undefined` if it cannot. */
export type Join = (isSame: boolean) => Promise<((event: StreamEvent) => boolean) | undefined>;

/** The new stream starts after the line `from`; lines that the old one has delivered meanwhile are skipped. */
export function joinById(from: number, lastId: () => string | undefined): Join {
  let to: number | undefined;
  return () =>
    Promise.resolve((event) => {
      // The first event follows the last one of the old stream.
      to ??= Number(lastId());
      return event.event !== "line" || !(Number(event.id) > from && Number(event.id) <= to);
    });
}

/**
 * The new stream starts anywhere, and its `ready` event has the id of the line before. The old one goes on until it is
 * not behind.
 */
export function joinWhereItStarts(
  old: OpenStream,
  next: OpenStream,
  lastId: () => string | undefined,
): Join {
  return async (isSame) => {
    const start = Number((await next.ready)?.id ?? 0);
    const hasEnded = () => old.ended.aborted || next.ended.aborted;
    while (Number(lastId()) < start && !hasEnded()) await wait(TICK_MS, old.ended, next.ended);
    return hasEnded() || !isSame ? undefined : joinById(start, lastId)(isSame);
  };
}

/** Both streams are compared from now on. */
export function joinByContent(old: OpenStream, next: OpenStream): Join {
  const overlap = new Overlap();
  let hasStatus = false;
  old.onArrival = (event) => {
    if (event.event === "line") overlap.addOld(event.payload);
    else if (event.event === "status") hasStatus = true;
  };
  next.onArrival = (event) => {
    if (event.event === "ready") overlap.start();
    else if (event.event === "line") overlap.addNew(event.payload);
    else if (event.event === "status") hasStatus = true;
  };
  return async (isSame) => {
    if (!isSame) return LOST;
    let comparisons = 0;
    do {
      await wait(SETTLE_MS, old.ended, next.ended);
      if (old.ended.aborted || next.ended.aborted) break;
      // The old stream delivers nothing that the new one has: it is far behind, or dead.
      if (++comparisons > MAX_COMPARISONS) return LOST;
    } while (!overlap.isComplete);
    // While the service reconnects to NATS, the streams may differ.
    if (hasStatus || next.ended.aborted) return undefined;
    if (old.ended.aborted && !endsComplete(await old.outcome)) return LOST;
    let isNew: ((payload: string) => boolean) | undefined;
    return (event) => {
      // The first event follows the last one of the old stream.
      isNew ??= overlap.join();
      return event.event !== "line" || isNew(event.payload);
    };
  };
}

/** Whether the service had sent all lines when it ended the stream. */
function endsComplete(outcome: Outcome): boolean {
  return outcome.kind === "ended" && ["expired", "shutdown"].includes(outcome.reason);
}
