import { assert, assertEquals } from "@std/assert";
import { assertProblem } from "../support/expect_problem.ts";
import { read } from "../support/clients/sse_reader.ts";
import { logsUrl, mint, type Stack, startStack } from "../support/service.ts";

let stack: Stack;
Deno.test.beforeAll(async () => void (stack = await startStack()));
Deno.test.afterAll(async () => await stack[Symbol.asyncDispose]());

const PATHS = ["/logs", "/healthz", "/readyz"];

/** Requests `path` with a valid token. */
async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const authorization = `Bearer ${await mint({ app: "a" })}`;
  return fetch(`${stack.service.url}${path}`, {
    ...init,
    headers: { Authorization: authorization, ...init.headers },
  });
}

Deno.test("The service answers 404 to every unknown path", async () => {
  const unknown = ["/log", "/logs/", "/logs/x", "/LOGS", "//logs", "/logs%2f", "/metrics", "/.env"];
  for (const path of unknown) await assertProblem(await ask(path), 404, "not_found");
  await assertProblem(await ask("/nothing", { method: "POST" }), 404, "not_found");
});

Deno.test("The service answers 405 with Allow to a wrong method on every known path", async () => {
  for (const path of PATHS) {
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"]) {
      const response = await ask(path, { method });
      assertEquals(response.headers.get("Allow"), "GET, HEAD, OPTIONS", `${method} ${path}`);
      await assertProblem(response, 405, "method_not_allowed");
    }
  }
});

Deno.test("The service answers OPTIONS with the methods of the path", async () => {
  for (const path of PATHS) {
    const response = await fetch(`${stack.service.url}${path}`, { method: "OPTIONS" });
    assertEquals([response.status, await response.text()], [204, ""]);
    assertEquals(response.headers.get("Allow"), "GET, HEAD, OPTIONS", path);
  }
});

Deno.test("HEAD /logs sends the headers of a GET, and opens no stream", async () => {
  const url = await logsUrl(stack.service, { app: "head" }, { format: "ndjson" });
  const head = await fetch(url, { method: "HEAD" });
  assertEquals([head.status, await head.text()], [200, ""]);
  await using reader = await read(url);
  const fields = (response: Response) =>
    Object.fromEntries(
      [...response.headers].filter(([name]) =>
        !/^(date|transfer-encoding|content-length|connection|keep-alive)$/.test(name)
      ),
    );
  assertEquals(fields(head), fields(reader.response));
  await stack.service.logged(({ msg }) => msg === "stream opened");
  const opened = stack.service.logs.filter(({ msg }) => msg === "stream opened");
  assertEquals(opened.length, 1, "Only one, for the GET");
});

Deno.test("HEAD /logs sends no Content-Length, because a stream has none", async () => {
  const head = await fetch(await logsUrl(stack.service, { app: "head" }), { method: "HEAD" });
  assertEquals(head.headers.get("Content-Length"), null);
});

Deno.test("HEAD sends the status and headers of an error without the body", async () => {
  const response = await fetch(`${stack.service.url}/logs`, { method: "HEAD" });
  assertEquals([response.status, await response.text()], [401, ""]);
  assertEquals(response.headers.get("Content-Type"), "application/problem+json");
  assertEquals(response.headers.get("WWW-Authenticate"), `Bearer realm="natstap"`);
  for (const path of ["/healthz", "/readyz"]) {
    const head = await fetch(`${stack.service.url}${path}`, { method: "HEAD" });
    assertEquals([head.status, await head.text()], [200, ""], path);
  }
});

Deno.test("GET /logs answers 406 if Accept does not accept any of the formats", async () => {
  const refused = ["image/png", "application/json", "text/event-stream;q=0", "*/*;q=0"];
  // Only the start of the header is parsed.
  refused.push(`${"a,".repeat(30_000)}text/plain`);
  for (const Accept of refused) {
    const { detail } = await assertProblem(
      await ask("/logs", { headers: { Accept } }),
      406,
      "not_acceptable",
    );
    assert(detail.includes("text/event-stream"), `Expected the available formats: ${detail}`);
  }
});

Deno.test("The service sends the security headers with streams and with errors", async () => {
  const expected = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
  };
  const responses = [
    await ask("/healthz"),
    await ask("/nothing"),
    await ask("/logs", { method: "POST" }),
    await ask("/logs", { headers: { Accept: "image/png" } }),
    await fetch(`${stack.service.url}/logs`),
    await ask("/logs"),
  ];
  assertEquals(responses.map(({ status }) => status), [200, 404, 405, 406, 401, 200]);
  for (const { status, headers, body } of responses) {
    const sent = Object.keys(expected).map((name) => [name, headers.get(name)]);
    assertEquals(Object.fromEntries(sent), expected, `With a ${status}`);
    await body?.cancel();
  }
});
