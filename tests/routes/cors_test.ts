import { assertEquals, assertMatch } from "@std/assert";
import { type NatsServer, startNatsServer } from "../../tools/nats_server.ts";
import { connectTo, receive, request, send } from "../support/clients/raw_request.ts";
import { assertProblem } from "../support/expect_problem.ts";
import { read } from "../support/clients/sse_reader.ts";
import { logsUrl, type Service, startConnected } from "../support/service.ts";

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
let listed: Service;
let any: Service;
let none: Service;
Deno.test.beforeAll(async () => {
  nats = await startNatsServer();
  const start = (CORS_ORIGINS: string) => startConnected({ NATS_URL: nats.url, CORS_ORIGINS });
  [listed, any, none] = await Promise.all([
    start(`${APP}, ${ADMIN}, https://*.preview.example.com:8443`),
    start("*"),
    start(""),
  ]);
});
Deno.test.afterAll(async () => {
  for (const started of [listed, any, none, nats]) await started[Symbol.asyncDispose]();
});

/** Returns the CORS headers of a response, and `Vary`. */
function corsOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries(
    [...headers].filter(([name]) => name.startsWith("access-control-") || name === "vary"),
  );
}

/** Opens a stream as a page of `origin` does, and resolves to the CORS headers. */
async function open(service: Service, origin: string): Promise<Record<string, string>> {
  await using reader = await read(await logsUrl(service, { app: "a" }), {
    headers: { Origin: origin },
  });
  return corsOf(reader.response);
}

/** Sends the preflight for a page of `origin` that sends `headers`. */
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

/** Headers that tracing and HTTP libraries add to every request of a page. */
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

/** Returns the headers that the response to a preflight permits, as a browser parses them. */
function permitted(response: Response): string[] {
  return (response.headers.get("access-control-allow-headers") ?? "").split(",")
    .map((name) => name.trim()).toSorted();
}

Deno.test("CORS_ORIGINS allows pages of each listed origin to read, with credentials", async () => {
  for (const origin of [APP, ADMIN]) {
    assertEquals(await open(listed, origin), {
      "access-control-allow-credentials": "true",
      "access-control-allow-origin": origin,
      "access-control-expose-headers": "Date,Retry-After,WWW-Authenticate",
      vary: "Origin",
    });
  }
});

Deno.test("CORS_ORIGINS allows a page of a listed origin to read errors too", async () => {
  const response = await fetch(`${listed.url}/logs`, { headers: { Origin: APP } });
  assertEquals(corsOf(response)["access-control-allow-origin"], APP);
  await assertProblem(response, 401, "token_missing");
});

Deno.test("CORS_ORIGINS allows neither null nor origins that contain or end with a listed one, and the response varies by origin", async () => {
  for (const origin of FOREIGN) {
    assertEquals(await open(listed, origin), { vary: "Origin" }, `For ${origin}`);
  }
});

Deno.test("CORS_ORIGINS with * for a label allows pages of each matching origin to read, with credentials", async () => {
  for (const origin of PREVIEWS) {
    const cors = await open(listed, origin);
    assertEquals(cors["access-control-allow-origin"], origin);
    assertEquals(cors["access-control-allow-credentials"], "true");
    const asked = await preflight(listed, origin);
    assertEquals(asked.headers.get("access-control-allow-origin"), origin);
  }
});

Deno.test("CORS_ORIGINS answers the preflight of a listed origin, which has no token", async () => {
  const { vary, ...cors } = corsOf(await preflight(listed, APP));
  assertEquals(cors, {
    "access-control-allow-credentials": "true",
    "access-control-allow-headers": "authorization",
    "access-control-allow-methods": "GET,HEAD",
    "access-control-allow-origin": APP,
    "access-control-max-age": "600",
    // Browsers only use it in the actual response. It is harmless here.
    "access-control-expose-headers": "Date,Retry-After,WWW-Authenticate",
  });
  assertEquals(vary!.split(/, */).toSorted(), ["Access-Control-Request-Headers", "Origin"]);
});

Deno.test("CORS_ORIGINS permits GET and HEAD with all headers that the preflight asks for", async () => {
  for (const [service, origin] of [[listed, APP], [listed, PREVIEWS[0]!], [any, APP]] as const) {
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

Deno.test("No header that a preflight asks for adds a header to the response or causes an error", async () => {
  for (const bytes of ["a\x7f\xff", "\u00e9,\u00fc", "a:b, c;d", ",,,", "*", " ".repeat(1_000)]) {
    using connection = await connectTo(listed);
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

Deno.test("CORS_ORIGINS permits nothing in the preflight of null, or of an origin that contains or ends with a listed one", async () => {
  for (const origin of FOREIGN) {
    for (const headers of REQUESTED) {
      const response = await preflight(listed, origin, headers);
      assertEquals(corsOf(response), { vary: "Origin" }, `For ${origin}`);
    }
  }
});

Deno.test("CORS_ORIGINS=* allows every page to read, without credentials", async () => {
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

Deno.test("No page of another origin may read if CORS_ORIGINS is not set", async () => {
  assertEquals(await open(none, APP), {});
  const response = await preflight(none, APP);
  assertEquals(corsOf(response), {});
});
