/**
 * One request for the stream, from its start to its end.
 *
 * @module
 */
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { SilenceWatch } from "./silence_watch.ts";

/** What is asked for. */
export interface VisitRequest {
  readonly url: URL;
  /** Travels in the header; without one the page's cookie does. */
  readonly token: string | undefined;
  /** A stream that is silent for so long is lost. Milliseconds. */
  readonly silence: number;
  /** Ends the visit. */
  readonly signal: AbortSignal;
}

/** What the service says while the stream lasts. */
export interface VisitHandlers {
  onReady(ready: { app: string; subject: string; expiresAt: string }): void;
  onLine(payload: string): void;
  onDropped(dropped: { count: number; bytes: number }): void;
  onStatus(status: { nats: "connected" | "disconnected"; at: string }): void;
}

/** How a visit ends. */
export type Outcome =
  /** By the service's own `end`, and when it says to come back. Milliseconds. */
  | { readonly kind: "ended"; readonly reason: string; readonly retry: number | undefined }
  /** With an answer that is no stream; `retryAfter` in milliseconds. */
  | {
    readonly kind: "refused";
    readonly status: number;
    readonly code: string;
    readonly detail: string;
    readonly retryAfter: number | undefined;
  }
  /** Without a word. */
  | { readonly kind: "lost"; readonly why: "unreachable" | "cut" | "silent" };

/** What a header can carry as one word. With anything else fetch() fails as if there were no network. */
const HEADER_TEXT = /^[\x21-\x7e]+$/;
const MALFORMED: Outcome = {
  kind: "refused",
  status: 401,
  code: "token_malformed",
  detail: "The token is none: it has characters that no token has.",
  retryAfter: undefined,
};

/** Asks for the stream and reads it; resolves once it is over. */
export async function visit(request: VisitRequest, handlers: VisitHandlers): Promise<Outcome> {
  if (request.token !== undefined && !HEADER_TEXT.test(request.token)) return MALFORMED;
  const watch = new SilenceWatch(request.silence);
  const signal = AbortSignal.any([request.signal, watch.signal]);
  // Errors of a fetch differ by browser, and tell a page nothing: when it failed tells more.
  const lost = (why: "unreachable" | "cut"): Outcome => ({
    kind: "lost",
    why: watch.signal.aborted ? "silent" : why,
  });
  try {
    const response = await ask(request, signal);
    if (response === undefined) return lost("unreachable");
    if (!isStream(response)) return await refusal(response);
    return await readStream(response.body!, handlers, watch, request.signal) ?? lost("cut");
  } finally {
    watch.stop();
  }
}

/** Resolves to `undefined` where no answer can be had, or read. */
async function ask(
  { url, token }: VisitRequest,
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
  // A service for any origin answers none that sends cookies: without, it can say that a token is missing.
  return await get({ credentials: "include" }) ?? await get({ credentials: "omit" });
}

function isStream({ ok, headers }: Response): boolean {
  return ok && /^text\/event-stream\b/.test(headers.get("Content-Type") ?? "");
}

/**
 * Tells each chunk's events before the next chunk is read: no promise a line. Resolves to `undefined`
 * where the stream breaks off.
 */
async function readStream(
  body: ReadableStream<Uint8Array>,
  handlers: VisitHandlers,
  watch: SilenceWatch,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let outcome: Outcome | undefined;
  let retry: number | undefined;
  const parser = createParser({
    onRetry: (time) => void (retry = time),
    onEvent: (event) => {
      // A handler may have left while there were events in this chunk.
      if (outcome !== undefined || signal.aborted) return;
      if (event.event === undefined) handlers.onLine(event.data);
      else if (event.event === "end") outcome = { kind: "ended", retry, ...JSON.parse(event.data) };
      else tell(event, handlers);
    },
  });
  while (outcome === undefined) {
    const chunk = await reader.read().catch(() => {});
    if (chunk?.value === undefined) return undefined;
    watch.heard();
    try {
      parser.feed(decoder.decode(chunk.value, { stream: true }));
    } catch (error) {
      // Whatever it was: a view that says "live" and has no stream any more would be worse.
      reportError(error);
      await reader.cancel().catch(() => {});
      return undefined;
    }
  }
  await reader.cancel().catch(() => {});
  return outcome;
}

/** Events of a newer service that are unknown here are passed over. */
function tell({ event, data }: EventSourceMessage, handlers: VisitHandlers): void {
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
    detail: String(problem.detail ?? `The answer was ${status}, and no log stream.`),
    retryAfter: retryAfter(headers.get("Retry-After")),
  };
}

/** The answer's problem details; none where it comes from something else, such as a proxy. */
async function readProblem(response: Response): Promise<Record<string, unknown>> {
  if (/\bjson\b/.test(response.headers.get("Content-Type") ?? "")) {
    return Object(await response.json().catch(() => undefined));
  }
  await response.body?.cancel();
  return {};
}

/** Seconds, or a date (RFC 9110, section 10.2.3). */
function retryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  const time = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(time) ? undefined : Math.max(0, time);
}
