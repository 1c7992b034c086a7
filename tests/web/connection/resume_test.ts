/** The connection and a service that has history. */
import { assertEquals } from "@std/assert";
import { startHistoryStack } from "../../support/history_stack.ts";
import { PATIENCE_MS } from "../../support/patience.ts";
import { STREAM } from "../../../tools/history_stream.ts";
import { mint, startService, subjectOf } from "../../support/service.ts";
import { Watcher } from "../../support/viewer/stream_watcher.ts";

const CLAIMS = { app: "web" };

/** Payloads, and all other notifications except states. */
function seen({ summary }: Watcher): { lines: string[]; others: string[] } {
  const lines = summary.filter((what) => what.startsWith("line ")).map((what) => what.slice(5));
  return { lines, others: summary.filter((what) => /^(gap|live mark|lost|nats|drop)/.test(what)) };
}

Deno.test("no line is lost or repeated while tokens are renewed and the service is killed", async () => {
  await using stack = await startHistoryStack();
  const { nats, publisher, service } = stack;
  const { port } = new URL(service.url);
  const sent: string[] = [];
  const publish = () => {
    const line = sent.length % 3 === 0 ? `line ${sent.length}` : "again";
    sent.push(line);
    publisher.publish(subjectOf("web"), line);
  };
  for (let i = 0; i < 700; i++) publish();
  await publisher.flush();
  const src = `${service.url}/logs`;
  const tokenProvider = () => mint(CLAIMS, 5);
  using watcher = new Watcher({ src, tokenProvider, tail: 500, random: () => 0.1 });
  await watcher.until("live mark");
  const timer = setInterval(publish, 10);
  try {
    await watcher.state("live");
    await service.stop("SIGKILL");
    await watcher.state("reconnecting");
    await using _again = await startService({
      ...{ NATS_URL: nats.url, PORT: port, HISTORY_STREAM: STREAM },
    });
    await watcher.state("live");
    await watcher.state("live");
    clearInterval(timer);
    publisher.publish(subjectOf("web"), "last");
    await watcher.until("line last");
    watcher.connection.stop();
  } finally {
    clearInterval(timer);
  }
  const { lines, others } = seen(watcher);
  assertEquals(lines.length, sent.length - 200 + 1);
  assertEquals(lines, [...sent.slice(200), "last"]);
  assertEquals(others, ["live mark"]);
});

Deno.test("older lines are those before the first one", async () => {
  await using stack = await startHistoryStack();
  const { publisher, service } = stack;
  for (let i = 0; i < 50; i++) {
    publisher.publish(subjectOf("web"), `line ${i}`);
    publisher.publish(subjectOf("other"), `other ${i}`);
  }
  await publisher.flush();
  const token = await mint(CLAIMS);
  using watcher = new Watcher({ src: `${service.url}/logs`, token, tail: 10 });
  await watcher.until("live mark");
  const pages: string[][] = [];
  const deadline = performance.now() + PATIENCE_MS;
  while (watcher.connection.linesSinceOldest !== undefined && performance.now() < deadline) {
    const older = await watcher.connection.loadOlder(15);
    pages.push([...(older?.lines ?? []).map(({ payload }) => payload)]);
  }
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `line ${from + i}`);
  assertEquals(pages, [lines(25, 40), lines(10, 25), lines(0, 10), []]);
});
