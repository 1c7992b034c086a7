import { assertEquals, assertMatch } from "@std/assert";
import { type NatsServer, startNatsServer } from "../../tools/nats_server.ts";
import { assertProblem } from "../problem.ts";
import { read } from "../reader.ts";
import { logsUrl, type Service, startService } from "../service.ts";

const APP = "https://app.example.com";
const ADMIN = "http://localhost:3000";
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
  [named, any, none] = await Promise.all([start(`${APP}, ${ADMIN}`), start("*"), start("")]);
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

/** Asks as a browser does before a page of `origin` may send `Authorization`. */
function preflight({ url }: Service, origin: string): Promise<Response> {
  return fetch(`${url}/logs`, {
    method: "OPTIONS",
    headers: {
      Origin: origin,
      "Access-Control-Request-Method": "GET",
      "Access-Control-Request-Headers": "authorization",
    },
  });
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

Deno.test("CORS_ORIGINS answers the preflight of a named origin, which has no token", async () => {
  const response = await preflight(named, APP);
  assertEquals([response.status, await response.text()], [204, ""]);
  const { vary, ...cors } = corsOf(response);
  assertEquals(cors, {
    "access-control-allow-credentials": "true",
    "access-control-allow-headers": "Authorization,Cache-Control,Last-Event-ID",
    "access-control-allow-methods": "GET,HEAD",
    "access-control-allow-origin": APP,
    "access-control-max-age": "600",
    // Browsers heed it in the response itself; here it does no harm.
    "access-control-expose-headers": "Retry-After,WWW-Authenticate",
  });
  assertMatch(vary!, /\bOrigin\b/);
});

Deno.test("CORS_ORIGINS permits null, and origins that contain or end with a named one, nothing in the preflight", async () => {
  for (const origin of FOREIGN) {
    const response = await preflight(named, origin);
    await response.body?.cancel();
    assertEquals(corsOf(response), { vary: "Origin" }, `To ${origin}`);
  }
});

Deno.test("CORS_ORIGINS=* lets every page read, and none with credentials", async () => {
  const { "access-control-allow-origin": origin, "access-control-allow-credentials": credentials } =
    await open(any, "https://anywhere.example");
  assertEquals([origin, credentials], ["*", undefined]);
  const response = await preflight(any, "https://anywhere.example");
  await response.body?.cancel();
  const cors = corsOf(response);
  assertEquals(cors["access-control-allow-origin"], "*");
  assertEquals(cors["access-control-allow-credentials"], undefined);
  assertEquals(cors["access-control-allow-headers"], "Authorization,Cache-Control,Last-Event-ID");
});

Deno.test("CORS_ORIGINS lets no page of another origin read where it is not set", async () => {
  assertEquals(await open(none, APP), {});
  const response = await preflight(none, APP);
  await response.body?.cancel();
  assertEquals(corsOf(response), {});
});
