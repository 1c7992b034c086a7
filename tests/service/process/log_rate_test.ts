/** How many log lines busy clients and packages can add. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertProblem } from "../../support/expect_problem.ts";
import { readRaw } from "../../support/clients/raw_reader.ts";
import { planMetrics } from "../../support/scrape.ts";
import {
  logsUrl,
  mint,
  openStream,
  permitting,
  type Service,
  startService,
  startStack,
  subjectOf,
  USER,
} from "../../support/service.ts";

const AT_ONCE = 20;

/** Opens and closes `streams` streams, {@linkcode AT_ONCE} at a time; `url` maps numbers to URLs. */
async function churn(streams: number, url: (number: number) => string): Promise<void> {
  let opened = 0;
  const comeAndGo = async () => {
    while (opened < streams) {
      using reader = await readRaw(url(opened++));
      await reader.until("\n\ndata: ");
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, comeAndGo));
}

/** The number of log lines about an app's streams, and the sums over them and the summaries. */
function account({ logs }: Service, app: string) {
  const sum = { opened: 0, closed: 0, events: 0, bytes: 0, dropped: 0 };
  let lines = 0;
  for (const line of logs.filter((line) => line.app === app)) {
    if (line.msg === "stream opened") sum.opened++;
    if (line.msg === "stream closed") sum.closed++;
    if (line.msg.startsWith("stream ")) lines++;
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += Number(line[key] ?? 0);
  }
  return { lines, ...sum };
}

Deno.test("A client that opens and closes 1,000 streams adds 300 lines and a summary; other apps are fully logged", async () => {
  const { env, scrape } = planMetrics();
  await using stack = await startStack({ ...env, MAX_STREAMS_PER_APP: "1000" });
  const { service, publisher } = stack;
  const flowing = setInterval(() => {
    for (const app of ["noisy", "ordinary"]) publisher.publish(subjectOf(app), "a line");
  }, 1);
  try {
    const [noisy, ordinary] = [{ app: "noisy" }, { app: "ordinary" }];
    const [url, other] = [await logsUrl(service, noisy), await logsUrl(service, ordinary)];
    await churn(1_020, (number) => number % 51 === 50 ? other : url);
  } finally {
    clearInterval(flowing);
  }
  const { opened } = await service.logged((line) => line.msg === "streams summarized");
  assert(Number(opened) > 0, "The summary was logged within the first interval");
  const series = await scrape();
  await service.stop();
  const { lines, ...noisy } = account(service, "noisy");
  const ordinary = account(service, "ordinary");
  assertEquals(lines, 300);
  assertEquals([noisy.opened, noisy.closed], [1_000, 1_000]);
  assertEquals([ordinary.lines, ordinary.opened, ordinary.closed], [40, 20, 20]);
  assertEquals(noisy.bytes + ordinary.bytes, series.natstap_sent_bytes_total);
  assertEquals(noisy.events + ordinary.events, series[`natstap_events_sent_total{format="sse"}`]);
  assertEquals(noisy.dropped, 0);
});

Deno.test("A client with a token for all apps adds no more lines by naming a new app each time", async () => {
  await using stack = await startStack({ ALLOW_ALL_APPS: "true" });
  const { service, publisher } = stack;
  const token = await mint({ app: "*" });
  const flowing = setInterval(() => {
    for (let i = 0; i < 500; i++) publisher.publish(subjectOf(`app-${i}`), "a line");
  }, 5);
  try {
    await churn(500, (number) => `${service.url}/logs?token=${token}&app=app-${number}`);
  } finally {
    clearInterval(flowing);
  }
  await using _other = await openStream(service, { app: "app-499" });
  await service.stop();
  const lines = service.logs.filter(({ msg }) => msg.startsWith("stream "));
  assertEquals(lines.length, 302);
  const { opened, closed } = account(service, "*");
  assertEquals(opened + closed, 700);
});

Deno.test("A subscription that NATS keeps denying adds 20 lines and a count of the rest", async () => {
  await using stack = await startStack(USER, permitting({ deny: subjectOf("*", ">") }));
  const { service } = stack;
  const [noisy, other] = await Promise.all(["noisy", "other"].map((app) => {
    return logsUrl(service, { app });
  }));
  for (const url of [...Array(100).fill(noisy), other]) {
    await assertProblem(await fetch(url), 403, "subscription_denied");
  }
  await service.stop();
  const ofApp = (app: string) =>
    service.logs.filter(({ msg, reason }) =>
      msg === "NATS denied" && String(reason).includes(`"${subjectOf(app, ">")}"`)
    );
  const repeated = (app: string) => ofApp(app).map(({ repeated }) => repeated);
  assertEquals(repeated("noisy"), [...Array(20).fill(undefined), 80]);
  assertEquals(repeated("other"), [undefined]);
});

Deno.test("Console output of packages goes to the log instead of standard output", async () => {
  const program = `addEventListener("load", () => {
    console.log("reader closed", new Error("Parse error"));
    console.error("%d errors", 2);
    console.table([{ a: 1 }]);
    for (let i = 0; i < 100; i++) console.info("flood");
  })`;
  const flag = `--preload=data:text/javascript,${encodeURIComponent(program)}`;
  await using service = await startService({ NATS_URL: "nats://127.0.0.1:1" }, [flag]);
  await service.stop();
  const output = service.logs.filter(({ msg }) => msg === "console output");
  const [closed, errors, table, ...flood] = output;
  assertMatch(String(closed!.text), /^reader closed Error: Parse error\n +at /);
  assertEquals([errors!.level, errors!.text], ["warn", "2 errors"]);
  assertMatch(String(table!.text), /│ 0 +│ 1 │/);
  assertEquals(flood.map(({ repeated }) => repeated), [...Array(20).fill(undefined), 80]);
  assertEquals(service.stderr(), "");
});
