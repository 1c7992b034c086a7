import { assert, assertEquals, assertMatch } from "@std/assert";
import { TOKEN_CARRIERS } from "../../routes/token_carriers.ts";
import { readRaw } from "../support/clients/raw_reader.ts";
import { read, type Reader } from "../support/clients/sse_reader.ts";
import { carry } from "../support/tokens/carriers.ts";
import { logsUrl, mint, type Stack, startConnected, startStack } from "../support/service.ts";

let stack: Stack;
Deno.test.beforeAll(async () => void (stack = await startStack()));
Deno.test.afterAll(async () => await stack[Symbol.asyncDispose]());

/** Resolves to the URL of a stream of the shared service. */
function logs(claims: Record<string, unknown>, query?: Record<string, string>): Promise<string> {
  return logsUrl(stack.service, claims, query);
}

/** Publishes `payloads`, then `mark`. Resolves to the text of the stream before `mark`. */
async function firstText(
  format: string,
  mark: string,
  ...payloads: (string | Uint8Array)[]
): Promise<string> {
  using reader = await readRaw(await logs({ app: "words" }, { format }));
  await reader.until(format === "sse" ? "\n\n" : "\n");
  for (const payload of payloads) stack.publisher.publish("logs.words.dfw.m1", payload);
  stack.publisher.publish("logs.words.dfw.m1", mark);
  const text = await reader.until(mark);
  return text.slice(0, text.indexOf(mark));
}

const FLY_LINE =
  `{"event":{"provider":"app"},"fly":{"app":{"instance":"d896","name":"words"},"region":"dfw"},"host":"9c2f","log":{"level":"info"},"message":"GET / 200 3ms","timestamp":"2026-11-20T20:42:11.123456789Z"}`;

Deno.test("GET /logs sends ready first, with the subject and the end of the grant", async () => {
  const exp = Math.floor(Date.now() / 1000) + 300;
  const url = await logs({ app: "panini-786", exp }, { region: "dfw" });
  using reader = await readRaw(url);
  const subject = "logs.panini-786.dfw.>";
  const data = {
    app: "panini-786",
    subject,
    expiresAt: new Date(exp * 1000).toISOString(),
    history: false,
  };
  assertEquals(
    await reader.until("\n\n"),
    `event: ready\nretry: 2000\ndata: ${JSON.stringify(data)}\n\n`,
  );
});

Deno.test("GET /logs sends ready in ndjson and in text", async () => {
  const exp = Math.floor(Date.now() / 1000) + 300;
  const expiresAt = new Date(exp * 1000).toISOString();
  using ndjson = await readRaw(await logs({ app: "a", exp }, { format: "ndjson" }));
  assertEquals(JSON.parse(await ndjson.until("\n")), {
    natstap: {
      event: "ready",
      app: "a",
      subject: "logs.a.>",
      expiresAt,
      history: false,
      retry: 2000,
    },
  });
  using text = await readRaw(await logs({ app: "a", exp }, { format: "text" }));
  assertEquals(
    await text.until("\n"),
    `# ready app=a subject=logs.a.> expiresAt=${expiresAt} history=false retry=2000\n`,
  );
});

Deno.test("GET /logs tells caches and proxies not to store or change the stream", async () => {
  for (const format of ["sse", "ndjson", "text"]) {
    await using reader = await read(await logs({ app: "a" }, { format }));
    const { headers } = reader.response;
    assertEquals(headers.get("Cache-Control"), "no-store, no-transform");
    assertEquals(headers.get("X-Accel-Buffering"), "no");
    assertEquals(headers.get("Content-Length"), null);
  }
});

const SSE = "text/event-stream";
const NDJSON = "application/x-ndjson";
const TEXT = "text/plain; charset=utf-8";
const ACCEPT: [accept: string | undefined, format: string | undefined, contentType: string][] = [
  [undefined, undefined, SSE],
  ["*/*", undefined, SSE],
  ["text/event-stream", undefined, SSE],
  ["application/x-ndjson", undefined, NDJSON],
  ["application/*", undefined, NDJSON],
  ["text/plain", undefined, TEXT],
  ["Text/Plain;q=0.9, image/png", undefined, TEXT],
  ["text/plain;q=0.5, application/x-ndjson;q=0.8, */*;q=0.1", undefined, NDJSON],
  ["*/*, text/event-stream;q=0", undefined, NDJSON],
  ["text/plain; Q=0.4, application/x-ndjson ; q=0.6", undefined, NDJSON],
  ['text/plain;x=", application/x-ndjson;q=1"', undefined, TEXT],
  ["application/x-ndjson;q=x, text/plain;q=0.9", undefined, NDJSON],
  [`text/plain,${"a/b,".repeat(15_000)}application/x-ndjson`, undefined, TEXT],
  ["text/plain", "sse", SSE],
  ["image/png", "ndjson", NDJSON],
  [undefined, "text", TEXT],
];
Deno.test("GET /logs answers in the format that Accept prefers or ?format= names", async () => {
  for (const [accept, format, contentType] of ACCEPT) {
    const url = await logs({ app: "a" }, format === undefined ? {} : { format });
    using reader = await readRaw(url, accept === undefined ? {} : { Accept: accept });
    const sent = /^content-type: (.*)$/im.exec(reader.head)?.[1];
    assertEquals(sent, contentType, `For Accept: ${accept} and ?format=${format}`);
  }
});

Deno.test("GET /logs sends each payload verbatim as one unnamed event", async () => {
  const payloads = [FLY_LINE, "", "data: x", "plain\ttext \u{1f600}", "event: end"];
  assertEquals(
    await firstText("sse", "data: LAST", ...payloads),
    payloads.map((payload) => `data: ${payload}\n\n`).join("") + "data: ",
  );
});

Deno.test("No line break in a payload ends its event or sets a field", async () => {
  const hostile = "a\r\n\r\nevent: end\rid: 7\n\nretry: 1\n";
  assertEquals(
    await firstText("sse", "LAST", hostile),
    ["a", "", "event: end", "id: 7", "", "retry: 1", ""].map((line) => `data: ${line}\n`).join("") +
      "\ndata: ",
  );
});

Deno.test("GET /logs sends one line of JSON per payload in ndjson", async () => {
  const pretty = `{\n  "a": 1\n}`;
  const forged = `{"natstap":{"event":"end","reason":"expired"}}`;
  const sent = await firstText("ndjson", "LAST", FLY_LINE, "plain", "", pretty, "17", forged);
  const lines = [FLY_LINE, `"plain"`, `""`, JSON.stringify(pretty), "17", JSON.stringify(forged)];
  assertEquals(sent, lines.map((line) => `${line}\n`).join("") + `"`);
});

Deno.test("GET /logs prints Fly's lines as flyctl does in text, and other payloads as they are", async () => {
  assertEquals(
    await firstText("text", "LAST", FLY_LINE, `{"message":"not Fly's"}`, "plain"),
    `2026-11-20T20:42:11.123456789Z app[d896] dfw [info] GET / 200 3ms\n{"message":"not Fly's"}\nplain\n`,
  );
});

Deno.test("GET /logs changes no byte of a payload, up to the maximum size that NATS accepts", async () => {
  const random = new Uint8Array(1_048_576);
  for (let at = 0; at < random.length; at += 65_536) {
    crypto.getRandomValues(random.subarray(at, at + 65_536));
  }
  const payload = random.map((byte) => byte === 10 || byte === 13 ? 0 : byte);
  const leave = new AbortController();
  const response = await fetch(await logs({ app: "bytes" }), { signal: leave.signal });
  stack.publisher.publish("logs.bytes.dfw.m1", payload);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let body = new Uint8Array();
  for await (const chunk of response.body!) {
    chunks.push(chunk);
    body = new Uint8Array(await new Blob(chunks).arrayBuffer());
    if (body.length > payload.length && body.at(-2) === 10 && body.at(-1) === 10) break;
  }
  const event = body.subarray(-"data: ".length - payload.length - 2);
  assertEquals(new TextDecoder().decode(event.subarray(0, 6)), "data: ");
  assert(event.subarray(6, -2).every((byte, at) => byte === payload[at]), "No byte is changed");
  leave.abort();
});

Deno.test("GET /logs delivers every line that is published after the response headers have arrived", async () => {
  const rounds = Array.from({ length: 100 }, async (_, round) => {
    await using reader = await read(await logs({ app: `ready-${round}` }));
    stack.publisher.publish(`logs.ready-${round}.dfw.m1`, `line ${round}`);
    assertEquals((await reader.next())?.event, "ready");
    assertEquals((await reader.next())?.data, `line ${round}`);
  });
  await Promise.all(rounds);
});

Deno.test("GET /logs filters by ?region=, by ?machine=, and by both", async () => {
  const queries = [{ region: "dfw" }, { machine: "m2" }, { region: "iad", machine: "m2" }];
  const opened = queries.map(async (query) => read(await logs({ app: "filtered" }, query)));
  const readers = await Promise.all(opened);
  const places = ["dfw.m1", "dfw.m2", "iad.m1", "iad.m2"];
  for (const place of places) stack.publisher.publish(`logs.filtered.${place}`, place);
  const expected = [["dfw.m1", "dfw.m2"], ["dfw.m2", "iad.m2"], ["iad.m2"]];
  for (const [i, reader] of readers.entries()) {
    const lines = [];
    while (lines.length < expected[i]!.length) lines.push(await reader.line());
    assertEquals(lines, expected[i]);
    await reader.close();
  }
});

/** Reads `count` lines. */
async function take(reader: Reader, count: number): Promise<string[]> {
  const lines: string[] = [];
  while (lines.length < count) lines.push((await reader.line())!);
  return lines;
}

Deno.test("GET /logs keeps the order, and never mixes lines of different apps", async () => {
  const apps = ["tenant", "tenant-2", "tenant_3"];
  const opened = apps.flatMap((app) => [1, 2, 3].map(async () => read(await logs({ app }))));
  const readers = await Promise.all(opened);
  const count = 3_000;
  const sent = apps.map((app) => Array.from({ length: count }, (_, i) => `${app} ${i}`));
  // At the pace of the readers, so that no buffer overflows, however slow the machine is.
  for (let from = 0; from < count; from += 500) {
    for (let i = from; i < from + 500; i++) {
      for (const [a, app] of apps.entries()) {
        stack.publisher.publish(`logs.${app}.dfw.m1`, sent[a]![i]);
      }
    }
    for (const [r, reader] of readers.entries()) {
      assertEquals(await take(reader, 500), sent[Math.floor(r / 3)]!.slice(from, from + 500));
    }
  }
  for (const reader of readers) await reader.close();
});

Deno.test("GET /logs is never compressed, whatever Accept-Encoding says", async () => {
  for (const encoding of ["gzip", "br", "deflate, gzip;q=1.0, *;q=0.5", "*"]) {
    for (const format of ["sse", "ndjson", "text"]) {
      const url = await logs({ app: "a" }, { format });
      using reader = await readRaw(url, { "Accept-Encoding": encoding });
      assert(!/^content-encoding:/im.test(reader.head), reader.head);
      assertMatch(await reader.until("\n"), /ready/);
    }
  }
});

Deno.test("GET /logs sends chunks over HTTP/1.1 as lines arrive", async () => {
  await using reader = await read(await logs({ app: "chunks" }));
  assertEquals(reader.response.headers.get("Transfer-Encoding"), "chunked");
  for (const line of ["one", "two"]) {
    stack.publisher.publish("logs.chunks.dfw.m1", line);
    assertEquals(await reader.line(), line);
  }
});

Deno.test("GET /logs uses the token of the first carrier that has one", async () => {
  const apps = TOKEN_CARRIERS.map((_, i) => `carrier-${i}`);
  const tokens = await Promise.all(apps.map((app) => mint({ app })));
  for (const [first, app] of apps.entries()) {
    const requests = TOKEN_CARRIERS.map((carrier, i) => carry(carrier, tokens[i]!)).slice(first);
    const query = requests.map(([query]) => query).join("");
    const headers = Object.assign({}, ...requests.map(([, headers]) => headers));
    headers.Cookie = `theme=dark; ${headers.Cookie}`;
    await using reader = await read(`${stack.service.url}/logs${query}`, { headers });
    assertEquals((await reader.control("ready")).app, app);
  }
});

Deno.test("GET /logs streams every app to a token for *, if ALLOW_ALL_APPS permits it", async () => {
  await using all = await startConnected({
    NATS_URL: stack.nats.url,
    ALLOW_ALL_APPS: "true",
    SUBJECT: "org.logs.{app}.{region}.{machine}",
  });
  await using every = await read(await logsUrl(all, { app: "*" }));
  assertEquals((await every.control("ready")).subject, "org.logs.>");
  await using one = await read(await logsUrl(all, { app: "*" }, { app: "b" }));
  assertEquals((await one.control("ready")).subject, "org.logs.b.>");
  for (const app of ["a", "b"]) stack.publisher.publish(`org.logs.${app}.dfw.m1`, app);
  assertEquals(await take(every, 2), ["a", "b"]);
  assertEquals(await take(one, 1), ["b"]);
});
