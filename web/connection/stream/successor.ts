/**
 * The stream that replaces another one before its token expires.
 *
 * @module
 */
import type { OpenStream } from "./open_stream.ts";
import type { Ready } from "./stream_request.ts";
import { joinByContent, joinById, takeOver } from "./take_over.ts";
import type { TokenSource } from "../token_source.ts";
import { wait } from "../wait.ts";

/** Maximum time before the token's expiry at which the next one is requested. */
const MAX_LEAD_MS = 60_000;
/** Minimum time between two attempts; the random delay is added. */
const MIN_DELAY_MS = 1000;

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
  /** Aborted when the old stream has to be replaced soon, with the same token. */
  readonly leaving: AbortSignal;
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
  const { tokens, random, backoff, leaving } = options;
  const lead = Math.min(MAX_LEAD_MS, ready.lifetime / 2);
  let delay = ready.lifetime - lead * (1 - random() / 4);
  let wasHurried = false;
  for (let failures = 0; !old.ended.aborted; failures++) {
    await wait(delay, old.ended, ...(wasHurried ? [] : [leaving]));
    const isHurried: boolean = leaving.aborted && !wasHurried;
    wasHurried ||= isHurried;
    const next = old.ended.aborted || !(isHurried || tokens.canRenew)
      ? undefined
      : await replace(old, ready, options, isHurried);
    if (next !== undefined) return next;
    delay = Math.max(tokens.retryTime, MIN_DELAY_MS) + backoff(failures);
  }
  return undefined;
}

async function replace(
  old: OpenStream,
  { app, subject }: Ready,
  { tokens, signal, lastId, open, onLost }: SuccessorOptions,
  isHurried: boolean,
): Promise<OpenStream | undefined> {
  let token: string | undefined;
  try {
    const request = isHurried ? tokens.current(signal) : tokens.next(signal);
    token = await Promise.race([request, old.outcome.then(() => undefined)]);
  } catch {
    // The old stream goes on; when it ends, the provider's error is shown.
    return undefined;
  }
  if (old.ended.aborted) return undefined;
  const id = lastId();
  const next = open(token);
  const join = id === undefined ? joinByContent(old, next) : joinById(Number(id), lastId);
  const isSame = (ready: Ready) => ready.app === app && ready.subject === subject;
  if (await takeOver(old, next, { join, isSame, onLost })) return next;
  const outcome = await next.outcome;
  if (outcome.kind === "refused" && outcome.status === 401) tokens.discard();
  return undefined;
}
