/**
 * One request of the stream, from its start to its end.
 *
 * @module
 */
import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { SilenceTimer } from "./silence_timer.ts";

/** What to request. */
export interface StreamRequest {
  readonly url: URL;
  /** Sent in a header; without a token, the page's cookie is sent. */
  readonly token: string | undefined;
  /** Ends the request when the stream has been silent for too long. Created for this request. */
  readonly timer: SilenceTimer;
  readonly signal: AbortSignal;
}

/** Called with the lines and events of the stream. */
export interface StreamHandlers {
  onReady(ready: { app: string; subject: string; expiresAt: string }): void;
  onLine(payload: string): void;
  onDropped(dropped: { count: number; bytes: number }): void;
  onStatus(status: { nats: "connected" | "disconnected"; at: string }): void;
}

/** How a request ended. Times in milliseconds. */
export type Outcome =
  /** With an `end` event, and the delay that the service asks for before the next request. */
  | { readonly kind: "ended"; readonly reason: string; readonly retry: number | undefined }
  /** With a response that is not a stream. */
  | {
    readonly kind: "refused";
    readonly status: number;
    readonly code: string;
    readonly detail: string;
    readonly retryAfter: number | undefined;
  }
  /** Without notice. */
  | { readonly kind: "lost"; readonly why: "unreachable" | "cut" | "silent" };

/** A token that fits in a header. With any other, fetch() fails as if there were no network. */
const HEADER_TEXT = /^[\x21-\x7e]+$/;
const MALFORMED: Outcome = {
  kind: "refused",
  status: 401,
  code: "token_malformed",
  detail: "The token contains characters that are not allowed in a JWT.",
  retryAfter: undefined,
};

/** Requests the stream and reads it; resolves when it has ended. */
export async function requestStream(
  request: StreamRequest,
  handlers: StreamHandlers,
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
    if (response === undefined) return lost("unreachable");
    if (!isStream(response)) return await refusal(response);
    return await readStream(response.body!, handlers, timer, request.signal) ?? lost("cut");
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
  body: ReadableStream<Uint8Array>,
  handlers: StreamHandlers,
  timer: SilenceTimer,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let outcome: Outcome | undefined;
  let retry: number | undefined;
  const parser = createParser({
    onRetry: (time) => void (retry = time),
    onEvent: (event) => {
      // A handler may have stopped the connection while this chunk was being handled.
      if (outcome !== undefined || signal.aborted) return;
      if (event.event === undefined) handlers.onLine(event.data);
      else if (event.event === "end") outcome = { kind: "ended", retry, ...JSON.parse(event.data) };
      else handle(event, handlers);
    },
  });
  while (outcome === undefined) {
    const chunk = await reader.read().catch(() => {});
    if (chunk?.value === undefined) return undefined;
    timer.reset();
    try {
      parser.feed(decoder.decode(chunk.value, { stream: true }));
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

/** Ignores unknown events, which a newer service may send. */
function handle({ event, data }: EventSourceMessage, handlers: StreamHandlers): void {
  if (event === "ready") handlers.onReady(JSON.parse(data));
  else if (event === "dropped") handlers.onDropped(JSON.parse(data));
  else if (event === "status") handlers.onStatus(JSON.parse(data));
}

async function refusal(response: Response): Promise<Outcome> {
  const { status, headers } = response;
  const problem = await readProblem(response);
  return {
    kind: "refused",
    status,
    code: String(problem.code ?? ""),
    detail: String(problem.detail ?? `The response was ${status}, not a log stream.`),
    retryAfter: retryAfter(headers.get("Retry-After")),
  };
}

/** The problem details, or `{}` if the response is not the service's own, such as a proxy's. */
async function readProblem(response: Response): Promise<Record<string, unknown>> {
  if (/\bjson\b/.test(response.headers.get("Content-Type") ?? "")) {
    return Object(await response.json().catch(() => undefined));
  }
  await response.body?.cancel();
  return {};
}

/** Parses seconds or a date (RFC 9110, section 10.2.3) into milliseconds. */
function retryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  const time = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(time) ? undefined : Math.max(0, time);
}
