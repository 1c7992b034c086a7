/** `/logs` as a page reads it: with `EventSource` in a real browser, from another origin. */
import { connect, type NatsConnection } from "@nats-io/transport-deno";
import { assertEquals } from "@std/assert";
import type { Browser, Page } from "npm:playwright-core@^1";
import { type NatsServer, startNatsServer } from "../../../tools/nats_server.ts";
import { launchChromium } from "../../../tools/chromium.ts";
import { eventOf, PAYLOADS } from "../../support/payloads.ts";
import { logsUrl, mint, type Service, startService, subjectOf } from "../../support/service.ts";

/** What the page's `EventSource` reported, in order. */
interface Seen {
  /** The event's name: `open`, `error`, `message`, or a control event's. */
  type: string;
  /** The event's data; for `open` and `error` the `readyState`. */
  data: string;
  lastEventId?: string;
}

/** The page: tests call `read()`, and events are collected in `seen`. */
const PAGE = `<!doctype html>
<title>A product's page</title>
<script>
const seen = [];
let source;
function read(url, withCredentials) {
  source = new EventSource(url, { withCredentials });
  for (const type of ["open", "error"]) {
    source.addEventListener(type, () => seen.push({ type, data: String(source.readyState) }));
  }
  for (const type of ["message", "ready", "dropped", "status", "end"]) {
    source.addEventListener(type, ({ data, lastEventId }) => seen.push({ type, data, lastEventId }));
  }
}
</script>`;

const CLAIMS = { app: "panini-786" };
/** `EventSource.CLOSED`: it does not reconnect. */
const CLOSED = "2";

let browser: Browser;
let nats: NatsServer;
let publisher: NatsConnection;
let sites: Deno.HttpServer<Deno.NetAddr>[];
/** An origin that `CORS_ORIGINS` names, and one that it does not. */
let named: string;
let unnamed: string;

Deno.test.beforeAll(async () => {
  sites = [serveSite(), serveSite()];
  [named, unnamed] = sites.map(({ addr }) => `http://127.0.0.1:${addr.port}`) as [string, string];
  nats = await startNatsServer();
  publisher = await connect({ servers: nats.url });
  browser = await launchChromium();
});

Deno.test.afterAll(async () => {
  await browser.close();
  await publisher.close();
  await nats.stop();
  await Promise.all(sites.map((site) => site.shutdown()));
});

function serveSite(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    return new Response(PAGE, { headers: { "content-type": "text/html; charset=utf-8" } });
  });
}

function start(env: Record<string, string> = {}): Promise<Service> {
  return startService({ NATS_URL: nats.url, CORS_ORIGINS: named, ...env });
}

/** Opens the page of `origin` in a separate browser profile and passes it to `use`. */
async function onPage(origin: string, use: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(origin);
    await use(page);
  } finally {
    await context.close();
  }
}

async function read(page: Page, url: string, withCredentials = false): Promise<void> {
  await page.evaluate(`read(${JSON.stringify(url)}, ${withCredentials})`);
}

/** Waits for `count` events of this type; returns all events so far. */
async function seen(page: Page, type: string, count = 1): Promise<Seen[]> {
  const isThere = `seen.filter(({ type }) => type === ${JSON.stringify(type)}).length >= ${count}`;
  await page.waitForFunction(isThere);
  return await page.evaluate<Seen[]>("seen");
}

function ofType(events: Seen[], type: string): string[] {
  return events.filter((event) => event.type === type).map(({ data }) => data);
}

async function publish(...payloads: (string | Uint8Array)[]): Promise<void> {
  for (const payload of payloads) {
    publisher.publish(subjectOf("panini-786", "dfw", "d896d7c6"), payload);
  }
  await publisher.flush();
}

Deno.test("EventSource reads each payload as published, with LF for each line break", async () => {
  const payloads = [
    ...PAYLOADS.map(([, payload]) => payload),
    new TextEncoder().encode("ü".repeat(50_000)),
  ];
  await using service = await start();
  await onPage(named, async (page) => {
    await read(page, await logsUrl(service, CLAIMS));
    await seen(page, "ready");
    await publish(...payloads);
    const events = await seen(page, "message", payloads.length);
    assertEquals(ofType(events, "message"), payloads.map(eventOf));
    assertEquals(events.slice(0, 2).map(({ type }) => type), ["open", "ready"]);
    const [ready] = ofType(events, "ready").map((data) => JSON.parse(data));
    assertEquals([ready.app, ready.subject], ["panini-786", subjectOf("panini-786", ">")]);
    assertEquals(events.filter(({ lastEventId }) => lastEventId), []);
    assertEquals(events.length, payloads.length + 2);

    await page.evaluate("source.close()");
    const closed = await service.logged(({ msg }) => msg === "stream closed");
    assertEquals([closed.reason, closed.events], ["client", payloads.length]);
  });
});

Deno.test("EventSource reconnects by itself when it is disconnected", async () => {
  const first = await start();
  await using _first = first;
  const env = { PORT: new URL(first.url).port };
  await onPage(named, async (page) => {
    await read(page, await logsUrl(first, CLAIMS));
    await seen(page, "ready");
    await publish("before");
    await seen(page, "message");

    await first.stop("SIGTERM");
    await seen(page, "error");
    const second = await start(env);
    await using _second = second;
    await seen(page, "ready", 2);
    await publish("after a stop");
    assertEquals(ofType(await seen(page, "end"), "end"), ['{"reason":"shutdown"}']);
    await seen(page, "message", 2);

    await second.stop("SIGKILL");
    await using _third = await start(env);
    await seen(page, "ready", 3);
    await publish("after a crash");
    const events = await seen(page, "message", 3);
    assertEquals(ofType(events, "message"), ["before", "after a stop", "after a crash"]);
    assertEquals(ofType(events, "end").length, 1, "a crash sends no end event");
    assertEquals(ofType(events, "error").includes(CLOSED), false);
  });
});

Deno.test("EventSource stops for good when its token expires", async () => {
  await using service = await start();
  await onPage(named, async (page) => {
    const statuses: number[] = [];
    page.on("response", (response) => void statuses.push(response.status()));
    const refused = page.waitForResponse((response) => response.status() === 401);
    const exp = Math.floor(Date.now() / 1000) + 6;
    await read(page, await logsUrl(service, { ...CLAIMS, exp }));
    const [, ready] = await seen(page, "ready");
    await publish("while it may");
    // The end of the stream, after which it reconnects, and the response to that.
    const events = await seen(page, "error", 2);
    await refused;
    assertEquals(events.map(({ type, data }) => type === "ready" ? type : `${type} ${data}`), [
      "open 1",
      "ready",
      "message while it may",
      'end {"reason":"expired"}',
      "error 0",
      `error ${CLOSED}`,
    ]);
    assertEquals(statuses, [200, 401]);
    assertEquals(Date.parse(JSON.parse(ready!.data).expiresAt), exp * 1000);
  });
});

Deno.test("EventSource sends the cookie natstap_token only with withCredentials", async () => {
  await using service = await start();
  const token = await mint(CLAIMS);
  await onPage(named, async (page) => {
    const cookie = { name: "natstap_token", value: token, url: service.url };
    await page.context().addCookies([{ ...cookie, httpOnly: true, sameSite: "Strict" }]);
    await read(page, `${service.url}/logs`, true);
    await seen(page, "ready");
    await publish("by cookie");
    assertEquals(ofType(await seen(page, "message"), "message"), ["by cookie"]);
  });
  await onPage(named, async (page) => {
    const cookie = { name: "natstap_token", value: token, url: service.url };
    await page.context().addCookies([cookie]);
    const answer = page.waitForResponse((response) => response.url() === `${service.url}/logs`);
    await read(page, `${service.url}/logs`);
    assertEquals((await answer).status(), 401);
    assertEquals(await seen(page, "error"), [{ type: "error", data: CLOSED }]);
  });
});

Deno.test("EventSource gets nothing on an origin that CORS_ORIGINS does not name", async () => {
  await using service = await start();
  await onPage(unnamed, async (page) => {
    await read(page, await logsUrl(service, CLAIMS));
    assertEquals(await seen(page, "error"), [{ type: "error", data: CLOSED }]);
    // Chromium closes a response that it withholds from the page only after some seconds.
    const closed = await service.logged(({ msg }) => msg === "stream closed");
    assertEquals([closed.reason, closed.events], ["client", 0]);
  });
});

Deno.test("EventSource reads from any origin if CORS_ORIGINS is *, but only without credentials", async () => {
  await using service = await start({ CORS_ORIGINS: "*" });
  await onPage(unnamed, async (page) => {
    await read(page, await logsUrl(service, CLAIMS));
    await seen(page, "ready");
  });
  await onPage(named, async (page) => {
    await read(page, await logsUrl(service, CLAIMS), true);
    assertEquals(await seen(page, "error"), [{ type: "error", data: CLOSED }]);
  });
});

Deno.test("fetch() with a tracing library's headers reads on the origins that a wildcard in CORS_ORIGINS covers", async () => {
  const { port } = sites[0]!.addr;
  await using service = await start({ CORS_ORIGINS: `http://*.localhost:${port}` });
  const options = {
    credentials: "include",
    headers: {
      Authorization: `Bearer ${await mint(CLAIMS)}`,
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      baggage: "key=value",
      "sentry-trace": "1",
      "X-Datadog-Trace-Id": "1",
      "X-Requested-With": "XMLHttpRequest",
    },
  };
  const ask = `fetch(${JSON.stringify(`${service.url}/logs`)}, ${JSON.stringify(options)})
    .then(({ status, body }) => body.cancel().then(() => status), () => "refused")`;
  const table: [host: string, expected: unknown][] = [
    ["pr-1.localhost", 200],
    ["pr_2.localhost", 200],
    ["localhost", "refused"],
    ["a.b.localhost", "refused"],
  ];
  for (const [host, expected] of table) {
    await onPage(`http://${host}:${port}`, async (page) => {
      assertEquals(await page.evaluate(ask), expected, host);
    });
  }
});
