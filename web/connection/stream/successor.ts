/**
 * The stream that replaces another one before its token expires.
 *
 * @module
 */
import type { OpenStream } from "./open_stream.ts";
import { Overlap } from "./overlap.ts";
import type { Outcome, Ready, StreamEvent } from "./stream_request.ts";
import type { TokenSource } from "../token_source.ts";
import { wait } from "../wait.ts";

/** Maximum time before the token's expiry at which the next one is requested. */
const MAX_LEAD_MS = 60_000;
/** Minimum time between two attempts; the random delay is added. */
const MIN_DELAY_MS = 1000;
/** Time for which two streams are compared. */
const SETTLE_MS = 500;
/** Maximum number of comparisons: the lines of the new stream are held back meanwhile. */
const MAX_COMPARISONS = 20;

/** What a successor needs from the connection. */
export interface SuccessorOptions {
  readonly tokens: TokenSource;
  readonly signal: AbortSignal;
  readonly random: () => number;
  /** Random delay after this number of failures, in milliseconds. */
  readonly backoff: (failures: number) => number;
  /** Id of the last line so far, if lines have ids. */
  readonly lastId: () => string | undefined;
  /** Requests a stream that starts after the last line if lines have ids, else with the next one. */
  readonly open: (token: string | undefined) => OpenStream;
  /** Lines of the old stream were lost before the new one opened. */
  readonly onLost: () => void;
}

/**
 * Opens the successor of `old` with a new token, and switches to it without losing or repeating a line. Resolves
 * to `undefined` if there is none when `old` has ended.
 */
export async function openSuccessor(
  old: OpenStream,
  options: SuccessorOptions,
): Promise<OpenStream | undefined> {
  const ready = await old.ready;
  // With a clock that is far off, and a service's that the page may not read, this cannot be known.
  if (ready === undefined || !(ready.lifetime > 0)) return undefined;
  const { tokens, random, backoff } = options;
  const lead = Math.min(MAX_LEAD_MS, ready.lifetime / 2);
  let delay = ready.lifetime - lead * (1 - random() / 4);
  for (let failures = 0; !old.ended.aborted; failures++) {
    await wait(delay, old.ended);
    const next = old.ended.aborted || !tokens.canRenew
      ? undefined
      : await replace(old, ready, options);
    if (next !== undefined) return next;
    delay = Math.max(tokens.retryTime, MIN_DELAY_MS) + backoff(failures);
  }
  return undefined;
}

async function replace(
  old: OpenStream,
  { app, subject }: Ready,
  { tokens, signal, lastId, open, onLost }: SuccessorOptions,
): Promise<OpenStream | undefined> {
  let token: string | undefined;
  try {
    token = await Promise.race([tokens.next(signal), old.outcome.then(() => undefined)]);
  } catch {
    // The old stream goes on; when it ends, the provider's error is shown.
    return undefined;
  }
  if (old.ended.aborted) return undefined;
  const id = lastId();
  const next = open(token);
  const join = id === undefined ? joinByContent(old, next) : joinById(Number(id), lastId);
  const ready = await Promise.race([next.ready, old.outcome.then(() => undefined)]);
  const isSame = ready?.app === app && ready.subject === subject;
  const passes = ready && await join(isSame);
  if (passes === undefined) {
    next.stop();
    old.onArrival = () => {};
    const outcome = await next.outcome;
    if (outcome.kind === "refused" && outcome.status === 401) tokens.discard();
    return undefined;
  }
  old.stop();
  if (passes === LOST) onLost();
  next.release(passes);
  next.onArrival = () => {};
  return next;
}

/** Lines may be missing between the streams. */
const LOST = (): boolean => true;

/** Resolves to what passes of the new stream when it takes over, or to `undefined` if it cannot. */
type Join = (isSame: boolean) => Promise<((event: StreamEvent) => boolean) | undefined>;

/** The new stream starts after the line `from`; lines that the old one has delivered meanwhile are skipped. */
function joinById(from: number, lastId: () => string | undefined): Join {
  let to: number | undefined;
  const passes = (event: StreamEvent) => {
    // The first event follows the last one of the old stream.
    to ??= Number(lastId());
    return event.event !== "line" || !(Number(event.id) > from && Number(event.id) <= to);
  };
  return () => Promise.resolve(passes);
}

function joinByContent(old: OpenStream, next: OpenStream): Join {
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
