/**
 * An OpenTelemetry collector, as far as a test needs one: it takes what a service exports as JSON
 * (OTLP/HTTP), and keeps it.
 *
 * @module
 */

/** A span as it came. */
export interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  /** All attributes as they came, which may name one key twice. */
  readonly attributes: [key: string, value: unknown][];
}

/** What takes a service's telemetry. */
export interface Collector extends AsyncDisposable {
  /** The variables that have a service export all it can to here, at once. */
  readonly env: Record<string, string>;
  /** The bodies of all requests so far, each behind its path. */
  readonly raw: () => string;
  /** All spans so far. What a service still holds comes with its end. */
  readonly spans: () => Span[];
}

/** Starts a collector on a free port of 127.0.0.1. */
export function startCollector(): Collector {
  const bodies: [path: string, body: string][] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      bodies.push([new URL(request.url).pathname, await request.text()]);
      return Response.json({});
    },
  );
  return {
    env: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_BSP_SCHEDULE_DELAY: "100",
    },
    raw: () => bodies.map((body) => body.join("\n")).join("\n"),
    spans: () =>
      bodies.filter(([path]) => path === "/v1/traces").flatMap(([, body]) => toSpans(body)),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** An `AnyValue`: one member, named after its type. */
type AnyValue = Record<string, unknown>;
type SentSpan = Omit<Span, "attributes"> & { attributes: { key: string; value: AnyValue }[] };

function toSpans(body: string): Span[] {
  const { resourceSpans }: { resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[] } = JSON
    .parse(body);
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  return spans.map(({ attributes, ...span }) => ({
    ...span,
    attributes: attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
  }));
}
