/**
 * One request of the stream, from its start to its end.
 *
 * @module
 */
import { eventParser, type ServerEvent } from "./event_parser.ts";
import { MALFORMED, readRefusal, type Refusal } from "./refusal.ts";
import type { SilenceTimer } from "./silence_timer.ts";

/** What to request. */
export interface StreamRequest {
  readonly url: URL;
  /** Sent in a header; without a token, the page's cookie is sent. */
  readonly token: string | undefined;
  /** Ends the request when the stream has been silent for too long. Created for this request. */
  readonly timer: SilenceTimer;
  readonly signal: AbortSignal;
  /** Called before the events of each chunk, even if there are none. */
  readonly onHeard?: () => void;
}

/** The stream is open. */
export interface Ready {
  readonly event: "ready";
  readonly app: string;
  readonly subject: string;
  /** Remaining lifetime of the token, in milliseconds, on the service's clock if the page may read it. */
  readonly lifetime: number;
  /** When the token expires, in milliseconds since the epoch, on the service's clock. */
  readonly expiresAt: number;
  /** Whether the service has lines of the past. */
  readonly history: boolean;
  readonly id?: string | undefined;
}

/** A line or an event of the stream. The `id` is that of the last line up to here, if the service has ids. */
export type StreamEvent =
  | { readonly event: "line"; readonly payload: string; readonly id?: string | undefined }
  | Ready
  | { readonly event: "dropped"; readonly count: number; readonly bytes: number }
  | {
    readonly event: "status";
    readonly nats: "connected" | "disconnected";
    readonly at: string;
    readonly recovered?: boolean;
  }
  | { readonly event: "gap"; readonly reason: string }
  | { readonly event: "live"; readonly id?: string | undefined };

/** How a request ended. Times in milliseconds. */
export type Outcome =
  /** With an `end` event, and the delay that the service asks for before the next request. */
  | { readonly kind: "ended"; readonly reason: string; readonly retry: number | undefined }
  | Refusal
  /** Without notice. */
  | { readonly kind: "lost"; readonly why: "unreachable" | "cut" | "silent" };

/** A token that fits in a header. */
const HEADER_TEXT = /^[\x21-\x7e]+$/;

/** Requests the stream and reads it; resolves when it has ended. */
export async function requestStream(
  request: StreamRequest,
  onEvent: (event: StreamEvent) => void,
): Promise<Outcome> {
  const { timer } = request;
  const signal = AbortSignal.any([request.signal, timer.signal]);
  // The errors of fetch() differ by browser and do not say why, so only the time of failure is used.
  const lost = (why: "unreachable" | "cut"): Outcome => ({
    kind: "lost",
    why: timer.signal.aborted ? "silent" : why,
  });
  try {
    if (request.token !== undefined && !HEADER_TEXT.test(request.token)) return MALFORMED;
    const response = await send(request, signal);
    if (response === undefined) return lost(request.signal.aborted ? "cut" : "unreachable");
    if (!isStream(response)) return await readRefusal(response);
    return await readStream(response, onEvent, request) ?? lost("cut");
  } finally {
    timer.stop();
  }
}

/** Resolves to `undefined` if there is no response, or none that the page may read. */
async function send(
  { url, token }: StreamRequest,
  signal: AbortSignal,
): Promise<Response | undefined> {
  const init = { cache: "no-store", referrerPolicy: "no-referrer", signal } as const;
  const headers = { Accept: "text/event-stream" };
  const get = (more: RequestInit) =>
    fetch(url, { ...init, headers, ...more }).catch(() => undefined);
  if (token !== undefined) {
    const Authorization = `Bearer ${token}`;
    return await get({ credentials: "omit", headers: { ...headers, Authorization } });
  }
  // A service that allows any origin rejects cookies. Without them, it can report the missing token.
  return await get({ credentials: "include" }) ?? await get({ credentials: "omit" });
}

function isStream({ ok, headers }: Response): boolean {
  return ok && /^text\/event-stream\b/.test(headers.get("Content-Type") ?? "");
}

/**
 * Handles all events of a chunk before it reads the next, so that there is no promise per line. Resolves to
 * `undefined` if the stream is cut off.
 */
async function readStream(
  { body, headers }: Response,
  onEvent: (event: StreamEvent) => void,
  { timer, signal, onHeard = () => {} }: StreamRequest,
): Promise<Outcome | undefined> {
  const now = Date.parse(headers.get("Date") ?? "") || Date.now();
  const decoder = new TextDecoder();
  const reader = body!.getReader();
  let outcome: Outcome | undefined;
  let retry: number | undefined;
  const parse = eventParser((message) => {
    // A handler may have stopped the connection while this chunk was being handled.
    if (outcome !== undefined || signal.aborted) return;
    const { event, data } = message;
    if (event === "end") outcome = { kind: "ended", retry, ...JSON.parse(data) };
    else onEvent(toEvent(message, now));
  }, (delay) => retry = delay);
  while (outcome === undefined) {
    const chunk = await reader.read().catch(() => {});
    if (chunk?.value === undefined) return undefined;
    timer.reset();
    onHeard();
    try {
      parse(decoder.decode(chunk.value, { stream: true }));
    } catch (error) {
      // Whatever failed, a viewer that shows "Live" without a stream would be worse.
      reportError(error);
      await reader.cancel().catch(() => {});
      return undefined;
    }
  }
  await reader.cancel().catch(() => {});
  return outcome;
}

/** The event may also be an unknown one, which a newer service may send. */
function toEvent({ event, id, data }: ServerEvent, now: number): StreamEvent {
  if (event === undefined) return { event: "line", payload: data, id };
  const parsed = { ...JSON.parse(data || "{}"), id, event };
  if (event !== "ready") return parsed;
  const expiresAt = Date.parse(parsed.expiresAt);
  return { ...parsed, expiresAt, lifetime: expiresAt - now, history: parsed.history === true };
}
