/** Requests with a syntax, version or method that no browser would send. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { logsUrl, mint, type Stack, startStack } from "../support/service.ts";
import {
  assertRefused,
  attackerToken,
  connectTo,
  exchange,
  receive,
  request,
  send,
  statuses,
  streamRequest,
  withNoStream,
} from "../support/clients/raw_request.ts";

let stack: Stack;
let token: string;
Deno.test.beforeAll(async () => {
  stack = await startStack();
  token = await attackerToken();
});
Deno.test.afterAll(async () => await stack[Symbol.asyncDispose]());

const MALFORMED: [what: string, text: () => string][] = [
  ["HTTP/0.9", () => `GET /logs?token=${token}\r\n`],
  ["HTTP/1.2", () => `GET /logs?token=${token} HTTP/1.2\r\nHost: x\r\n\r\n`],
  ["HTTP/2.0 in a request line", () => `GET /logs?token=${token} HTTP/2.0\r\nHost: x\r\n\r\n`],
  ["two spaces in the request line", () => `GET  /logs?token=${token} HTTP/1.1\r\n\r\n`],
  ["a path without a slash", () => request(`GET logs?token=${token} HTTP/1.1`)],
  ["the asterisk-form", () => request("GET * HTTP/1.1", [`Authorization: Bearer ${token}`])],
  ["the authority-form", () => request("GET x:80 HTTP/1.1", [`Authorization: Bearer ${token}`])],
  ["a bare CR in a query", () => request(`GET /logs?token=${token}&x=\rX-Evil: 1 HTTP/1.1`)],
  ["a bare LF in a query", () => request(`GET /logs?token=${token}&x=\nX-Evil: 1 HTTP/1.1`)],
  ["CRLF in a query", () => request(`GET /logs?token=${token}&x=\r\nX-Evil HTTP/1.1`)],
  ["NUL in a path", () => request(`GET /logs\0?token=${token} HTTP/1.1`)],
  ["non-ASCII bytes in a query", () => request(`GET /logs?token=${token}&x=\xff HTTP/1.1`)],
  ["a TLS ClientHello", () => "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "a".repeat(300)],
];
for (const [what, text] of MALFORMED) {
  Deno.test(`The service refuses ${what}`, async () => {
    await withNoStream(stack, () => assertRefused(stack.service, text()));
  });
}

Deno.test("A CRLF in a query splits neither a response nor a log line", async () => {
  for (const name of ["app", "region", "machine", "format", "token", "x"]) {
    const query = new URLSearchParams(name === "token" ? {} : { token: await mint({ app: "a" }) });
    const hostile = `${query}&${name}=a%0d%0aX-Evil:%201%0d%0a%0d%0aHTTP/1.1%20200%20OK`;
    using connection = await connectTo(stack.service);
    await send(connection, request(`GET /logs?${hostile} HTTP/1.1`));
    const answer = await receive(connection, /\r\n\r\n/);
    assertMatch(answer, name === "x" ? /^HTTP\/1\.1 200 / : /^HTTP\/1\.1 40[01] /);
    assert(!/evil/i.test(answer), answer);
  }
  assert(!/evil/i.test(JSON.stringify(stack.service.logs)));
});

const TRICKS = [
  ...["/logs/../logs", "/x/../logs", "/./logs", "/logs/.", "/logs/%2e%2e/logs", "/logs%2f.."],
  ...["//logs", "//evil.example/logs", "/logs;x", "/logs%00", "/lo\\gs", "/logs%", "/LOGS"],
];
Deno.test("The service accepts no other spelling of /logs, which could bypass a proxy's rules", async () => {
  const fields = () => [`Authorization: Bearer ${token}`];
  await withNoStream(stack, async () => {
    for (const path of TRICKS) {
      const text = request(`GET ${path} HTTP/1.1`, fields());
      assertEquals(await statuses(stack.service, text), [404, 404], path);
    }
  });
});

Deno.test("TRACE, CONNECT, a lower-case method or a method override opens no stream", async () => {
  const path = `/logs?token=${token}`;
  await withNoStream(stack, async () => {
    for (const method of ["TRACE", "PURGE", "PROPFIND", "M-SEARCH"]) {
      const [answer, next] = await exchange(stack.service, request(`${method} ${path} HTTP/1.1`));
      assertMatch(answer!, /^HTTP\/1\.1 405 /, method);
      assert(!answer!.includes(token), `${method} repeats nothing of the request`);
      assertMatch(next!, /^HTTP\/1\.1 404 /, method);
    }
    for (const method of ["get", "Get", "PRI", "LOGS", "A".repeat(10_000)]) {
      assertEquals(await statuses(stack.service, request(`${method} ${path} HTTP/1.1`)), [400]);
    }
    for (const target of [path, "x:80"]) {
      assertEquals(await statuses(stack.service, request(`CONNECT ${target} HTTP/1.1`)), []);
    }
    for (const name of ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]) {
      const text = request(`POST ${path} HTTP/1.1`, [`${name}: GET`]);
      assertEquals(await statuses(stack.service, text), [405, 404], name);
    }
    for (const name of ["X-Original-URL", "X-Rewrite-URL"]) {
      const text = request("GET /healthz HTTP/1.1", [`${name}: ${path}`]);
      assertEquals(await statuses(stack.service, text), [200, 404], name);
    }
  });
});

Deno.test("An absolute-form URL of another host, or with a password, needs a token too", async () => {
  const hosts = ["x", "evil.example", "user:password@evil.example", "evil.example:99999"];
  for (const host of hosts) {
    for (const scheme of ["http", "https"]) {
      const [answer] = await exchange(
        stack.service,
        request(`GET ${scheme}://${host}/logs HTTP/1.1`),
      );
      assertMatch(answer!, /^HTTP\/1\.1 401 [^]*"token_missing"/);
      assert(!/evil|password/.test(answer!), answer);
    }
  }
  assert(!/evil|password/.test(JSON.stringify(stack.service.logs)));
});

/** Opens a stream with this request; resolves to everything up to its `ready` event. */
async function readyOf(text: string): Promise<string> {
  using connection = await connectTo(stack.service);
  await send(connection, text);
  return await receive(connection, /event: ready/);
}

Deno.test("The service streams to HTTP/1.0 clients without Host, and without chunks", async () => {
  const { pathname, search } = new URL(await logsUrl(stack.service, { app: "a" }));
  const answer = await readyOf(`GET ${pathname}${search} HTTP/1.0\r\n\r\n`);
  assertMatch(answer, /^HTTP\/1\.1 200 OK\r\n/);
  assert(!/^transfer-encoding/im.test(answer), answer);
});

Deno.test("The service continues with HTTP/1.1 if h2c or a WebSocket is requested", async () => {
  const h2c = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"];
  const socket = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"];
  for (const fields of [h2c, [...socket, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]]) {
    const text = request("GET /logs HTTP/1.1", fields);
    assertEquals(await statuses(stack.service, text), [401]);
    const line = `GET /logs?token=${await mint({ app: "a" })} HTTP/1.1`;
    assertMatch(await readyOf(request(line, fields)), /^HTTP\/1\.1 200 /);
  }
});

Deno.test("The service answers pipelined requests separately and in order", async () => {
  const health = request("GET /healthz HTTP/1.1");
  const refused = request("GET /logs HTTP/1.1");
  assertEquals(await statuses(stack.service, health + refused + health), [200, 401, 200, 404]);
  assertEquals(await statuses(stack.service, refused + refused), [401, 401, 404]);
  assertEquals(await statuses(stack.service, `${health}BAD\r\n\r\n`), [200, 400]);
});

Deno.test("The service opens no second stream on a connection, and closes it", async () => {
  const stream = await streamRequest(stack.service, "a");
  for (const behind of [stream, request("GET /healthz HTTP/1.1")]) {
    assertEquals(await statuses(stack.service, stream + behind), []);
    using connection = await connectTo(stack.service);
    await send(connection, stream);
    assertMatch(await receive(connection, /event: ready/), /^HTTP\/1\.1 200 /);
    await send(connection, behind);
    assertEquals(await receive(connection), "");
  }
});

Deno.test("The service refuses an invalid Host", async () => {
  await withNoStream(stack, async () => {
    const withToken = [`x/logs?token=${token}&x=`, `x?token=${token}#`];
    for (const host of ["x/logs?", "x/logs#", ...withToken, "a b", "u@x"]) {
      for (const path of ["/healthz", "/nothing", "/logs"]) {
        const text =
          `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n\r\n`;
        assertEquals(await statuses(stack.service, text), [400], `${path} at ${host}`);
      }
    }
  });
});
