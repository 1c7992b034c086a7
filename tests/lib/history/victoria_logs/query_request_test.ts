import { assert, assertEquals, assertRejects } from "@std/assert";
import { requestQuery } from "../../../../lib/history/victoria_logs/query_request.ts";
import { VictoriaLogs } from "../../../../lib/history/victoria_logs/victoria_logs.ts";
import { freePort } from "../../../../tools/free_port.ts";
import { PATIENCE_MS } from "../../../support/patience.ts";

const LIMITS = { timeoutMs: PATIENCE_MS, maxBytes: 1_000 };
const { signal } = new AbortController();

interface TestServer extends AsyncDisposable {
  readonly url: string;
}

function serve(handler: (request: Request) => Response | Promise<Response>): TestServer {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handler);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** An answer that ends when its reader leaves. */
function endless(chunk: string): Response {
  const bytes = new TextEncoder().encode(chunk);
  return new Response(new ReadableStream({ pull: (controller) => controller.enqueue(bytes) }));
}

/** An answer of which only the beginning arrives. */
function hanging(): Response {
  const bytes = new TextEncoder().encode("{}\n");
  return new Response(new ReadableStream({ start: (controller) => controller.enqueue(bytes) }));
}

Deno.test("requestQuery() splits the answer into lines, wherever its chunks end", async () => {
  const bytes = new TextEncoder().encode("first ü\nsecond 🥪\n\nlast");
  await using server = serve(() =>
    new Response(
      new ReadableStream({
        async start(controller) {
          for (const byte of bytes) {
            controller.enqueue(Uint8Array.of(byte));
            await new Promise((resolve) => setTimeout(resolve));
          }
          controller.close();
        },
      }),
    )
  );
  const answer = await requestQuery(new Request(server.url), LIMITS, signal);
  assertEquals(answer, { lines: ["first ü", "second 🥪", "", "last"], cut: false });
});

Deno.test("requestQuery() reads no more than the maximum", async () => {
  await using server = serve(() => endless("0123456789\n"));
  const { lines, cut } = await requestQuery(new Request(server.url), LIMITS, signal);
  assert(lines.length < 100, `${lines.length} lines`);
  assert(cut);
});

Deno.test("requestQuery() fails if the server is unreachable, answers with an error, or redirects", async () => {
  const unreachable = new Request(`http://127.0.0.1:${freePort()}`);
  await assertRejects(() => requestQuery(unreachable, LIMITS, signal));
  await using broken = serve(() => new Response("no", { status: 500 }));
  const request = () => requestQuery(new Request(broken.url), LIMITS, signal);
  await assertRejects(request, Error, "VictoriaLogs answered with status 500");
  await using target = serve(() => new Response("{}"));
  await using redirecting = serve(() => Response.redirect(target.url));
  await assertRejects(() => requestQuery(new Request(redirecting.url), LIMITS, signal));
});

Deno.test("requestQuery() fails if the whole answer does not arrive in time", async () => {
  await using server = serve(hanging);
  await assertRejects(
    () => requestQuery(new Request(server.url), { ...LIMITS, timeoutMs: 20 }, signal),
    Error,
    "VictoriaLogs has not answered within 20 ms",
  );
});

Deno.test("requestQuery() stops if its signal aborts", async () => {
  await using server = serve(hanging);
  const controller = new AbortController();
  const answer = requestQuery(new Request(server.url), LIMITS, controller.signal);
  controller.abort(new Error("The reader left"));
  await assertRejects(() => answer, Error, "The reader left");
});

Deno.test("VictoriaLogs sends the user and the password of its URL, and keeps its path", async () => {
  const requests: [string, string | null][] = [];
  await using server = serve(({ url, headers }) => {
    requests.push([new URL(url).pathname, headers.get("Authorization")]);
    return new Response();
  });
  const { host } = new URL(server.url);
  for (const url of [`http://${host}`, `http://${host}/logs/`, `http://a:p%C3%A4%40@${host}/x`]) {
    await new VictoriaLogs(new URL(url), { maxLines: 10 }).find({ app: "web" }, {}, signal);
  }
  assertEquals(requests, [
    ["/select/logsql/query", null],
    ["/logs/select/logsql/query", null],
    ["/x/select/logsql/query", "Basic YTpww6RA"],
  ]);
});

Deno.test("VictoriaLogs skips what is not a line of Fly in the scope", async () => {
  const row = { "fly.app.name": "web", "_msg": "good", "_time": "2025-03-01T12:00:00Z" };
  const rows = [
    ...[row, { ...row, "fly.app.name": "victim" }, { ...row, _time: "yesterday" }, null, 7, [row]],
    ...[{ _msg: "bad" }, { ...row, "fly.app.name": ["web"] }, { ...row, subject: "logs.a.b.c" }],
  ];
  const answer = [...rows.map((row) => JSON.stringify(row)), "", "{", "\0"].join("\n");
  await using server = serve(() => new Response(answer));
  const logs = new VictoriaLogs(new URL(server.url), { maxLines: 10 });
  const page = { from: row._time, to: row._time, count: 1 };
  const lines = await logs.read({ app: "web" }, page, signal);
  assertEquals(lines.map(({ payload }) => JSON.parse(new TextDecoder().decode(payload))), [
    { event: {}, fly: { app: { name: "web" } }, log: {}, message: "good", timestamp: row._time },
  ]);
  await logs.find({ app: "web" }, {}, signal);
});

Deno.test("VictoriaLogs leaves a server alone that has just failed", async () => {
  let requests = 0;
  await using server = serve(() => {
    requests++;
    return new Response("", { status: 503 });
  });
  const find = (retryMs: number) => {
    const logs = new VictoriaLogs(new URL(server.url), { maxLines: 10, retryMs });
    return () => logs.find({ app: "web" }, {}, signal);
  };
  const patient = find(PATIENCE_MS);
  await assertRejects(patient, Error, "status 503");
  await assertRejects(patient, Error, "has just failed");
  assertEquals(requests, 1);
  const impatient = find(0);
  await assertRejects(impatient, Error, "status 503");
  await assertRejects(impatient, Error, "status 503");
  assertEquals(requests, 3);
});
