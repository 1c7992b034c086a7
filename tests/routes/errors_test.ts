import { assert, assertEquals, assertMatch } from "@std/assert";
import { SignJWT } from "jose";
import { createSigner } from "../support/tokens/signer.ts";
import { readRaw } from "../support/clients/raw_reader.ts";
import { carryEverywhere } from "../support/tokens/carriers.ts";
import { base64url } from "../support/tokens/forgery.ts";
import { connectTo, receive, request, send } from "../support/clients/raw_request.ts";
import { assertNotReady, assertProblem } from "../support/expect_problem.ts";
import {
  logsUrl,
  mint,
  openWhenFree,
  permitting,
  type Stack,
  startService,
  startStack,
  USER,
} from "../support/service.ts";

let stack: Stack;
Deno.test.beforeAll(async () => {
  const limits = { MAX_STREAMS: "2", MAX_STREAMS_PER_APP: "1", JWT_AUDIENCE: "natstap" };
  stack = await startStack({ ...USER, ...limits }, permitting({ deny: "logs.denied.>" }));
});
Deno.test.afterAll(async () => await stack[Symbol.asyncDispose]());

/** Requests a stream with a token of these claims, and `query`. */
async function ask(
  claims: Record<string, unknown>,
  query = "",
  init?: RequestInit,
): Promise<Response> {
  const url = await logsUrl(stack.service, { aud: "natstap", ...claims });
  return await fetch(`${url}&${query}`, init);
}

/** Requests a stream with this token. */
async function askWith(token: string | Promise<string>): Promise<Response> {
  return await fetch(`${stack.service.url}/logs?token=${encodeURIComponent(await token)}`);
}

/** Requests a stream with two valid tokens in cookies that `separator` separates. */
async function askWithCookies(separator: string): Promise<Response> {
  const cookie = `natstap_token=${await mint({ app: "a", aud: "natstap" })}`;
  return await fetch(`${stack.service.url}/logs`, {
    headers: { Cookie: `${cookie}${separator}${cookie}` },
  });
}

const now = () => Math.floor(Date.now() / 1000);

/** Signs a token with another secret than the service's. */
function signWithOther(): Promise<string> {
  return new SignJWT({ app: "a", aud: "natstap", exp: now() + 60 })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode("another secret with at least 32 bytes"));
}

function unsigned(claims: Record<string, unknown>): string {
  const parts = [{ alg: "none" }, { app: "a", exp: now() + 60, ...claims }];
  return `${parts.map((part) => base64url(JSON.stringify(part))).join(".")}.`;
}

Deno.test("The service answers 400 app_required with the permitted apps, so that a client can offer a choice", async () => {
  const response = await ask({ app: ["a", "b", "a"] });
  const { apps } = await assertProblem(response, 400, "app_required", ["apps"]);
  assertEquals(apps, ["a", "b"]);
});

const ACCEPT_IMAGE = { headers: { Accept: "image/png" } };
const PROBLEMS: [status: number, code: string, what: string, ask: () => Promise<Response>][] = [
  [400, "filter_invalid", "a wildcard", () => ask({ app: "a" }, "region=*")],
  [400, "filter_invalid", "two tokens of a subject", () => ask({ app: "a" }, "app=a.b")],
  [400, "filter_invalid", "a line break", () => ask({ app: "a" }, "machine=m%0d%0aSUB")],
  [400, "filter_invalid", "a filter that is not UTF-8", () => ask({ app: "a" }, "region=%E0%A4%A")],
  [400, "filter_invalid", "a repeated filter", () => ask({ app: "a" }, "region=dfw&region=iad")],
  [400, "format_unknown", "an unknown format", () => ask({ app: "a" }, "format=xml")],
  [401, "token_missing", "no token", () => fetch(`${stack.service.url}/logs`)],
  [401, "token_malformed", "text that is not a token", () => askWith("not-a-token")],
  [401, "token_malformed", "a token of 10,000 letters", () => askWith("a".repeat(10_000))],
  [401, "token_missing", "an empty token", () => askWith("")],
  [401, "token_malformed", "two tokens", () => ask({ app: "a" }, "token=second")],
  [401, "token_malformed", "two cookies", () => askWithCookies("; ")],
  [401, "token_malformed", "two cookies with another between", () => askWithCookies(`; a="b";`)],
  [401, "token_signature", "a token signed with another key", () => askWith(signWithOther())],
  [401, "token_signature", "an unsigned token", () => askWith(unsigned({ aud: "natstap" }))],
  [401, "token_expired", "an expired token", () => ask({ app: "a", exp: now() - 1 })],
  [401, "token_not_yet_valid", "a future nbf", () => ask({ app: "a", nbf: now() + 60 })],
  [401, "token_claims", "a token without app", () => ask({})],
  [401, "token_claims", "a hostile app", () => ask({ app: "a.>" })],
  [401, "token_claims", "a token without exp", () => ask({ app: "a", exp: undefined })],
  [401, "token_claims", "another audience", () => ask({ app: "a", aud: "another" })],
  [401, "token_ttl", "a token for two hours", () => ask({ app: "a", exp: now() + 7200 })],
  [403, "app_forbidden", "another app", () => ask({ app: "a" }, "app=b")],
  [403, "app_forbidden", "a token for every app", () => ask({ app: "*" })],
  [403, "filter_forbidden", "another region", () => ask({ app: "a", region: "x" }, "region=y")],
  [403, "filter_forbidden", "another machine", () => ask({ app: "a", machine: "x" }, "machine=y")],
  [403, "subscription_denied", "a subject that NATS denies", () => ask({ app: "denied" })],
  [404, "not_found", "an unknown path", () => fetch(`${stack.service.url}/log`)],
  [404, "not_found", "a path that is not UTF-8", () => fetch(`${stack.service.url}/%E0%A4%A`)],
  [405, "method_not_allowed", "a POST", () => ask({ app: "a" }, "", { method: "POST" })],
  [406, "not_acceptable", "a request for an image", () => ask({ app: "a" }, "", ACCEPT_IMAGE)],
];
for (const [status, code, what, ask] of PROBLEMS) {
  Deno.test(`The service answers ${status} ${code} to ${what}`, async () => {
    await assertProblem(await ask(), status, code);
  });
}

Deno.test("The challenge for a request without a token contains no error", async () => {
  for (const headers of [{}, { Authorization: "Basic dXNlcjpwYXNz" }]) {
    const response = await fetch(`${stack.service.url}/logs`, { headers });
    assertEquals(response.headers.get("WWW-Authenticate"), `Bearer realm="natstap"`);
    await assertProblem(response, 401, "token_missing");
  }
});

Deno.test("The challenge says what is wrong with a token", async () => {
  const response = await ask({ app: "a", exp: now() - 1 });
  const challenge = response.headers.get("WWW-Authenticate")!;
  const { detail } = await assertProblem(response, 401, "token_expired");
  assertEquals(
    challenge,
    `Bearer realm="natstap", error="invalid_token", error_description="${detail}"`,
  );
  const quoting = (await ask({ app: "a b" })).headers.get("WWW-Authenticate")!;
  assertMatch(quoting, /^Bearer realm="[^"]*", error="[^"]*", error_description="[^"\\]*"$/);
});

Deno.test("The service answers 401 token_malformed to two tokens in two headers of the same name", async () => {
  const token = await mint({ app: "a", aud: "natstap" });
  for (const field of [`Cookie: natstap_token=${token}`, `Authorization: Bearer ${token}`]) {
    using connection = await connectTo(stack.service);
    await send(connection, request("GET /logs HTTP/1.1", [field, "Cookie: a=1", field]));
    const answer = await receive(connection, /\}$|event: /);
    assertMatch(answer, /^HTTP\/1\.1 401 [^]*"code":"token_malformed"/);
  }
});

Deno.test("No error and no line of the log contains the token, wherever it was sent", async () => {
  const token = "SENTINEL.SENTINEL.SENTINEL";
  for (const [query, headers] of carryEverywhere(token)) {
    const response = await fetch(`${stack.service.url}/logs${query}`, { headers });
    assert(![...response.headers].join().includes("SENTINEL"), "In a header");
    const { detail } = await assertProblem(response, 401, "token_malformed");
    assert(!detail.includes("SENTINEL"), detail);
  }
  assert(!JSON.stringify(stack.service.logs).includes("SENTINEL"), "In the log");
});

Deno.test("The service answers 429 too_many_streams if an app has MAX_STREAMS_PER_APP streams", async () => {
  const { service } = stack;
  await using _reader = await openWhenFree(service, { app: "full", aud: "natstap" });
  const response = await ask({ app: "full" });
  assertEquals(response.headers.get("Retry-After"), "10");
  await assertProblem(response, 429, "too_many_streams");
});

Deno.test("The service answers 503 at_capacity if MAX_STREAMS are open", async () => {
  const { service } = stack;
  await using _first = await openWhenFree(service, { app: "first", aud: "natstap" });
  await using _second = await openWhenFree(service, { app: "second", aud: "natstap" });
  const response = await ask({ app: "third" });
  assertEquals(response.headers.get("Retry-After"), "10");
  await assertProblem(response, 503, "at_capacity");
});

Deno.test("The service answers 503 nats_unavailable while NATS is unavailable", async () => {
  await using service = await startService({ NATS_URL: "nats://127.0.0.1:1" });
  const response = await fetch(await logsUrl(service, { app: "a" }));
  assertEquals(response.headers.get("Retry-After"), "2");
  await assertProblem(response, 503, "nats_unavailable");
});

Deno.test("The service answers 503 keys_unavailable while its keys cannot be fetched", async () => {
  await using service = await startService({
    NATS_URL: stack.nats.url,
    ...USER,
    JWT_JWKS_URL: "http://127.0.0.1:1/keys",
  });
  const token = await (await createSigner("unknown")).sign();
  const response = await fetch(`${service.url}/logs?token=${token}`);
  assertEquals(response.headers.get("Retry-After"), "5");
  await assertProblem(response, 503, "keys_unavailable");
});

Deno.test("The service answers 503 shutting_down while it is stopping", async () => {
  await using own = await startStack();
  const { service } = own;
  // A stalled reader delays the shutdown.
  using stalled = await readRaw(await logsUrl(service, { app: "stalled" }));
  await stalled.until("ready");
  const payload = new Uint8Array(65_536);
  for (let i = 0; i < 256; i++) own.publisher.publish("logs.stalled.dfw.m1", payload);
  await own.publisher.flush();
  Deno.kill(service.pid, "SIGTERM");
  await service.logged(({ msg }) => msg === "stopping");
  const response = await fetch(await logsUrl(service, { app: "a" }));
  assertEquals(response.headers.get("Retry-After"), "1");
  await assertProblem(response, 503, "shutting_down");
  await assertNotReady(service, "shutting_down");
});
