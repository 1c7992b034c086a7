/**
 * Traces, where the operator turns on what Deno has built in (`OTEL_DENO=true`). Where not, all of
 * this does nothing.
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

/** What a span may say, besides natstap's own attributes. */
const KEPT = new Set([
  "http.request.method",
  "http.response.status_code",
  "url.scheme",
  "error.type",
]);

/** What OpenTelemetry calls methods by; all others are `_OTHER` (its semantic conventions for HTTP). */
const METHODS = new Set([
  "CONNECT",
  "DELETE",
  "GET",
  "HEAD",
  "OPTIONS",
  "PATCH",
  "POST",
  "PUT",
  "TRACE",
]);

/**
 * Keeps tokens and secrets out of all spans. Deno gives each request's span the whole URL, with the
 * token in its query, and each fetch's the URL of the key set, before this service sees either. An
 * attribute that is set anew does not replace the old one but goes beside it: it must not be set.
 */
export function keepSecretsOutOfSpans(): void {
  // Never ended, so never sent; all spans are of its class, Deno's own too.
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
  // Deno gives a request's span its method for a name.
  spans.updateName = function (name) {
    return updateName.call(this, known(name));
  };
  for (const method of ["addEvent", "addLink", "addLinks", "recordException"] as const) {
    spans[method] = function (this: Span) {
      return this;
    };
  }
  // The message of a fetch that has failed is Deno's, which may quote the URL.
  spans.setStatus = function ({ code }) {
    return setStatus.call(this, { code });
  };
}

/** Any word can stand where HTTP has its method, a token too. */
function known(method: AttributeValue): string {
  return METHODS.has(String(method)) ? String(method) : "_OTHER";
}

/** The span that was last given a path. */
let received: Span | undefined;

/**
 * The span of the request that `node:http` has just received, in the same turn. Deno makes that span
 * right before, but keeps it to itself.
 */
export function takeRequestSpan(): Span | undefined {
  const span = received;
  received = undefined;
  return span;
}

/** Calls `act` with `span` as the current request's. */
export function inSpan<T>(span: Span | undefined, act: () => T): T {
  return span === undefined ? act() : context.with(trace.setSpan(context.active(), span), act);
}

/** Names, on the span of the current request, why it is refused. */
export function traceRefusal(code: ProblemCode): void {
  trace.getActiveSpan()?.setAttribute("natstap.refused.code", code);
}

/** Begins the span of a stream, in the trace of its request; returns what ends it. */
export function traceStream(
  facts: { readonly app: string; readonly subject: string; readonly format: string },
): (summary: StreamSummary) => void {
  const span = trace.getTracer("natstap").startSpan("logs stream");
  if (!span.isRecording()) return () => {};
  span.setAttributes(toAttributes(facts));
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
