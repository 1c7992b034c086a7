import { assertEquals, assertMatch } from "@std/assert";
import { type NatsServer, startNatsServer } from "../../tools/nats_server.ts";
import { connectTo, receive, request, send } from "../support/clients/raw_request.ts";
import { assertProblem } from "../support/expect_problem.ts";
import { read } from "../support/clients/sse_reader.ts";
import { logsUrl, type Service, startService } from "../support/service.ts";

const APP = "https://app.example.com";
const ADMIN = "http://localhost:3000";
/** Origins that `https://*.preview.example.com:8443` includes. */
const PREVIEWS = ["https://pr-1.preview.example.com:8443", "https://x_y.preview.example.com:8443"];
const FOREIGN = [
  "https://example.com",
  "http://app.example.com",
  "https://app.example.com:8443",
  "https://app.example.com.evil.example",
  "https://evil-app.example.com",
  "https://evil.example#https://app.example.com",
  "https://app.example.com@evil.example",
  "https://app.example.com, http://localhost:3000",
  "https://evil.example/https://app.example.com",
  "HTTPS://APP.EXAMPLE.COM",
  "null",
  "https://preview.example.com:8443",
  "https://.preview.example.com:8443",
  "https://*.preview.example.com:8443",
  "https://a.b.preview.example.com:8443",
  "https://pr-1.preview.example.com",
  "http://pr-1.preview.example.com:8443",
  "https://evil#.preview.example.com:8443",
  "https://evil@x.preview.example.com:8443",
];

let nats: NatsServer;
let named: Service;
let any: Service;
let none: Service;
Deno.test.beforeAll(async () => {
  nats = await startNatsServer();
  const start = async (origins: string) => {
    const service = await startService({ NATS_URL: nats.url, CORS_ORIGINS: origins });
    await service.logged(({ msg }) => msg === "NATS connected");
    return service;
  };
  [named, any, none] = await Promise.all([
    start(`${APP}, ${ADMIN}, https://*.preview.example.com:8443`),
    start("*"),
    start(""),
  ]);
});
Deno.test.afterAll(async () => {
  for (const started of [named, any, none, nats]) await started[Symbol.asyncDispose]();
});

/** What a response tells a browser of other origins. */
function corsOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries(
    [...headers].filter(([name]) => name.startsWith("access-control-") || name === "vary"),
  );
}

/** Opens a stream as a page of `origin` does, and resolves to what it is told. */
async function open(service: Service, origin: string): Promise<Record<string, string>> {
  await using reader = await read(await logsUrl(service, { app: "a" }), {
    headers: { Origin: origin },
  });
  return corsOf(reader.response);
}

/** Asks as a browser does before a page of `origin` may send `headers`; resolves without a body. */
async function preflight(
  { url }: Service,
  origin: string,
  headers = "authorization",
  method = "GET",
): Promise<Response> {
  const response = await fetch(`${url}/logs`, {
    method: "OPTIONS",
    headers: {
      Origin: origin,
      "Access-Control-Request-Method": method,
      ...(headers !== "" && { "Access-Control-Request-Headers": headers }),
    },
  });
  assertEquals([response.status, await response.text()], [204, ""]);
  return response;
}

/** Headers that tracing and HTTP libraries add to each request of a page. */
const REQUESTED = [
  "authorization",
  "authorization,traceparent",
  "authorization,tracestate,traceparent",
  "authorization,baggage,sentry-trace",
  "authorization,x-datadog-origin,x-datadog-parent-id,x-datadog-trace-id",
  "authorization,x-requested-with",
  "authorization,cache-control,last-event-id",
  "b3,newrelic,x-b3-traceid",
  Array.from({ length: 300 }, (_, i) => `x-header-${i}`).join(","),
];

/** The headers that a preflight's response permits, as a browser reads them. */
function permitted(response: Response): string[] {
  return (response.headers.get("access-control-allow-headers") ?? "").split(",")
    .map((name) => name.trim()).toSorted();
}

Deno.test("CORS_ORIGINS lets pages of each named origin read, with credentials", async () => {
  for (const origin of [APP, ADMIN]) {
    assertEquals(await open(named, origin), {
      "access-control-allow-credentials": "true",
      "access-control-allow-origin": origin,
      "access-control-expose-headers": "Retry-After,WWW-Authenticate",
      vary: "Origin",
    });
  }
});

Deno.test("CORS_ORIGINS lets a page of a named origin read errors too", async () => {
  const response = await fetch(`${named.url}/logs`, { headers: { Origin: APP } });
  assertEquals(corsOf(response)["access-control-allow-origin"], APP);
  await assertProblem(response, 401, "token_missing");
});

Deno.test("CORS_ORIGINS tells null, and origins that contain or end with a named one, nothing, and caches that it depends", async () => {
  for (const origin of FOREIGN) {
    assertEquals(await open(named, origin), { vary: "Origin" }, `To ${origin}`);
  }
});

Deno.test("CORS_ORIGINS with * for a label lets pages of each such origin read, with credentials", async () => {
  for (const origin of PREVIEWS) {
    const cors = await open(named, origin);
    assertEquals(cors["access-control-allow-origin"], origin);
    assertEquals(cors["access-control-allow-credentials"], "true");
    const asked = await preflight(named, origin);
    assertEquals(asked.headers.get("access-control-allow-origin"), origin);
  }
});

Deno.test("CORS_ORIGINS answers the preflight of a named origin, which has no token", async () => {
  const { vary, ...cors } = corsOf(await preflight(named, APP));
  assertEquals(cors, {
    "access-control-allow-credentials": "true",
    "access-control-allow-headers": "authorization",
    "access-control-allow-methods": "GET,HEAD",
    "access-control-allow-origin": APP,
    "access-control-max-age": "600",
    // Browsers heed it in the response itself; here it does no harm.
    "access-control-expose-headers": "Retry-After,WWW-Authenticate",
  });
  assertEquals(vary!.split(/, */).toSorted(), ["Access-Control-Request-Headers", "Origin"]);
});

Deno.test("CORS_ORIGINS permits GET and HEAD with whatever headers the preflight asks for", async () => {
  for (const [service, origin] of [[named, APP], [named, PREVIEWS[0]!], [any, APP]] as const) {
    for (const headers of REQUESTED) {
      for (const method of ["GET", "HEAD"]) {
        const response = await preflight(service, origin, headers, method);
        assertEquals(permitted(response), headers.split(",").toSorted());
        assertEquals(response.headers.get("access-control-allow-methods"), "GET,HEAD");
      }
    }
    assertEquals(permitted(await preflight(service, origin, "")), [""]);
  }
});

Deno.test("CORS_ORIGINS lets no header that a preflight asks for become another header or a fault", async () => {
  for (const bytes of ["a\x7f\xff", "\u00e9,\u00fc", "a:b, c;d", ",,,", "*", " ".repeat(1_000)]) {
    using connection = await connectTo(named);
    const text = request("OPTIONS /logs HTTP/1.1", [
      `Origin: ${APP}`,
      "Access-Control-Request-Method: GET",
      `Access-Control-Request-Headers: a${bytes}b`,
    ]);
    const [answer] = await Promise.all([
      receive(connection, /\r\n\r\n/),
      send(connection, text),
    ]);
    assertMatch(answer, /^HTTP\/1\.1 (204|400) /);
    assertEquals(answer.match(/^access-control-allow-/gim)?.length ?? 4, 4, answer);
  }
});

Deno.test("CORS_ORIGINS permits null, and origins that contain or end with a named one, nothing in the preflight", async () => {
  for (const origin of FOREIGN) {
    for (const headers of REQUESTED) {
      const response = await preflight(named, origin, headers);
      assertEquals(corsOf(response), { vary: "Origin" }, `To ${origin}`);
    }
  }
});

Deno.test("CORS_ORIGINS=* lets every page read, and none with credentials", async () => {
  const { "access-control-allow-origin": origin, "access-control-allow-credentials": credentials } =
    await open(any, "https://anywhere.example");
  assertEquals([origin, credentials], ["*", undefined]);
  const response = await preflight(any, "https://anywhere.example");
  const cors = corsOf(response);
  assertEquals(cors["access-control-allow-origin"], "*");
  assertEquals(cors["access-control-allow-credentials"], undefined);
  assertEquals(cors["access-control-allow-headers"], "authorization");
  assertEquals(cors.vary, "Access-Control-Request-Headers");
});

Deno.test("CORS_ORIGINS lets no page of another origin read where it is not set", async () => {
  assertEquals(await open(none, APP), {});
  const response = await preflight(none, APP);
  assertEquals(corsOf(response), {});
});
