/**
 * Traces, by Deno's built-in OpenTelemetry. Does nothing unless `OTEL_DENO=true`.
 *
 * @module
 */
import {
  type Attributes,
  type AttributeValue,
  context,
  type Span,
  trace,
} from "@opentelemetry/api";
import type { ProblemCode } from "../problem.ts";
import type { StreamSummary } from "../stream/log_stream.ts";

/** Attributes that a span may have besides natstap's own. */
const KEPT = new Set([
  "http.request.method",
  "http.response.status_code",
  "url.scheme",
  "error.type",
]);

/** Methods that OpenTelemetry knows by name; all others are `_OTHER` (semantic conventions for HTTP). */
const METHODS = new Set("CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT TRACE".split(" "));

/**
 * Keeps tokens and secrets out of all spans. Before this service sees a request, Deno sets its whole URL,
 * with the token in the query, on its span; it does the same with the key set's URL for each fetch.
 * Setting an attribute again would add a second value instead of replacing the first, so it must not be
 * set at all.
 */
export function keepSecretsOutOfSpans(): void {
  // This span is never ended, so never sent. All spans have its prototype, including Deno's own.
  const spans: Span = Object.getPrototypeOf(trace.getTracer("natstap").startSpan("natstap"));
  const { setAttribute, setStatus, updateName } = spans;
  const set = (span: Span, key: string, value: AttributeValue | undefined) => {
    if (key === "url.path") received = span;
    const kept = value !== undefined && (KEPT.has(key) || key.startsWith("natstap."));
    if (!kept) return span;
    return setAttribute.call(span, key, key === "http.request.method" ? known(value) : value);
  };
  spans.setAttribute = function (key, value) {
    return set(this, key, value);
  };
  spans.setAttributes = function (attributes) {
    for (const [key, value] of Object.entries(attributes)) set(this, key, value);
    return this;
  };
  // Deno names the span of a request after its method.
  spans.updateName = function (name) {
    return updateName.call(this, known(name));
  };
  for (const method of ["addEvent", "addLink", "addLinks", "recordException"] as const) {
    spans[method] = function (this: Span) {
      return this;
    };
  }
  // Deno's message for a failed fetch may quote the URL.
  spans.setStatus = function ({ code }) {
    return setStatus.call(this, { code });
  };
}

/** A client can send any word as the method, even a token. */
function known(method: AttributeValue): string {
  return METHODS.has(String(method)) ? String(method) : "_OTHER";
}

/** The span that last got the attribute `url.path`. */
let received: Span | undefined;

/**
 * Returns the span of the request that `node:http` has just received, in the same turn of the event loop.
 * Deno creates it immediately before that, but does not expose it.
 */
export function takeRequestSpan(): Span | undefined {
  const span = received;
  received = undefined;
  return span;
}

/** Calls `act` with `span` as the active span. */
export function inSpan<T>(span: Span | undefined, act: () => T): T {
  return span === undefined ? act() : context.with(trace.setSpan(context.active(), span), act);
}

/** Records on the span of the current request why it is refused. */
export function traceRefusal(code: ProblemCode): void {
  trace.getActiveSpan()?.setAttribute("natstap.refused.code", code);
}

/** Starts the span of a stream, in the trace of its request; returns the function that ends it. */
export function traceStream(
  fields: { readonly app: string; readonly subject: string; readonly format: string },
): (summary: StreamSummary) => void {
  const span = trace.getTracer("natstap").startSpan("logs stream");
  if (!span.isRecording()) return () => {};
  span.setAttributes(toAttributes(fields));
  return ({ reason, ...counts }) => {
    span.setAttributes(toAttributes({ "end.reason": reason, ...counts }));
    span.end();
  };
}

function toAttributes(fields: object): Attributes {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [`natstap.${name}`, value]),
  );
}
