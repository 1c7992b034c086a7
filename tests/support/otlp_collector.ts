/**
 * A minimal OpenTelemetry collector for tests, which keeps what a service exports (OTLP over HTTP, as JSON).
 *
 * @module
 */

/** A span, as received. */
export interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  /** All attributes, as received: a key may occur twice. */
  readonly attributes: [key: string, value: unknown][];
}

/** A running collector. */
export interface Collector extends AsyncDisposable {
  /** The variables with which a service exports everything to this collector without delay. */
  readonly env: Record<string, string>;
  /** Returns the bodies of all requests so far, each after its path. */
  readonly raw: () => string;
  /** Returns all spans so far. A service exports the last ones when it exits. */
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

/** A value in OTLP: an object with one member, which is named after the type. */
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
