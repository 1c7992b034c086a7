/** The service's own log when its reader is slow, absent or gone. */
import { assertEquals } from "@std/assert";
import { readLines } from "../../../tools/lines.ts";
import { assertEventually, within } from "../../support/patience.ts";
import { readRaw } from "../../support/clients/raw_reader.ts";
import type { Reader } from "../../support/clients/sse_reader.ts";
import { type LogLine, logsUrl, openStream, subjectOf } from "../../support/service.ts";
import { startUnread, type UnreadStack } from "../../support/unread_service.ts";

const LINUX = { ignore: Deno.build.os !== "linux" };
/** At the most verbose level, and with a shutdown that would wait for an hour. */
const ENV = { LOG_LEVEL: "debug", SHUTDOWN_SECONDS: "3600" };
const METRIC = "natstap_log_lines_dropped_total";

/** Opens and closes streams, each with its own app, until `enough`; returns their number. */
async function churn(stack: UnreadStack, enough: () => Promise<boolean>): Promise<number> {
  let streams = 0;
  const visit = async () => {
    const app = `app-${streams++}-`.padEnd(63, "x");
    using reader = await readRaw(await logsUrl(stack, { app, sub: "u".repeat(128) }));
    await reader.until("ready");
  };
  do await Promise.all(Array.from({ length: 100 }, visit)); while (!await enough());
  return streams;
}

/** Opens and closes streams until the log has dropped lines; returns the number of streams. */
async function fill(stack: UnreadStack): Promise<number> {
  const streams = await churn(stack, async () => (await stack.scrape())[METRIC]! > 100);
  const closed = async () =>
    (await stack.scrape())[`natstap_streams_closed_total{reason="client"}`];
  await assertEventually(closed, streams);
  return streams;
}

/** Opens and closes one stream while another is open. */
async function comeAndGo(stack: UnreadStack, app: string): Promise<void> {
  const reader = await openStream(stack, { app });
  await reader.close();
  await assertEventually(async () => (await stack.scrape()).natstap_streams_active, 1);
}

/** Fails unless `reader` receives lines and `/healthz` answers. */
async function assertServes({ publisher, url }: UnreadStack, reader: Reader): Promise<void> {
  for (let i = 0; i < 100; i++) publisher.publish(subjectOf("steady"), `line ${i}`);
  for (let i = 0; i < 100; i++) assertEquals(await reader.line(), `line ${i}`);
  assertEquals(await (await fetch(`${url}/healthz`)).text(), "ok");
}

/** Fails unless the service stops cleanly and ends the stream of `reader`. */
async function assertStops(stack: UnreadStack, reader: Reader): Promise<void> {
  const stopped = stack.stop();
  assertEquals((await reader.rest()).map(({ event }) => event), ["end"]);
  assertEquals((await stopped).code, 0);
}

/** Reads until `mark` has arrived. */
async function readUntil(file: Deno.FsFile, mark: string): Promise<void> {
  const buffer = new Uint8Array(65_536);
  for (let text = ""; !text.includes(mark);) {
    const count = await within(file.read(buffer), `Nothing arrived after "${text}"`);
    text += new TextDecoder().decode(buffer.subarray(0, count ?? 0));
  }
}

Deno.test("An unread log does not delay streams, health checks or shutdown", async () => {
  await using stack = await startUnread(ENV);
  await using reader = await openStream(stack, { app: "steady" });
  await fill(stack);
  await assertServes(stack, reader);
  await assertStops(stack, reader);
});

Deno.test("A reader that resumes gets complete lines, a count of the missing ones, and the last line", async () => {
  await using stack = await startUnread(ENV);
  await using reader = await openStream(stack, { app: "steady" });
  const streams = await fill(stack);
  const dropped = (await stack.scrape())[METRIC]!;
  const lines: LogLine[] = [];
  const reading = (async () => {
    for await (const line of stack.lines()) lines.push(line);
  })();
  await assertEventually(() => lines.some(({ msg }) => msg === "log lines dropped"), true);
  await comeAndGo(stack, "after");
  await assertStops(stack, reader);
  await within(reading, "Standard output is still open");

  const notes = lines.filter(({ msg }) => msg === "log lines dropped");
  assertEquals(notes.map(({ level, count }) => [level, count]), [["warn", dropped]]);
  const ofStreams = lines.filter(({ app }) => String(app).startsWith("app-"));
  assertEquals(ofStreams.length + dropped, 2 * streams, "Each line is present or counted");
  const after = lines.slice(lines.indexOf(notes[0]!) + 1).map(({ msg, app }) => [msg, app]);
  assertEquals(after.filter(([, app]) => app === "after").map(([msg]) => msg), [
    "stream opened",
    "stream closed",
  ]);
  assertEquals(after.at(-1), ["stopped", undefined]);
});

Deno.test("A log whose reader has exited interrupts nothing, and its lines are counted", async () => {
  await using stack = await startUnread(ENV);
  await using reader = await openStream(stack, { app: "steady" });
  await stack.close();
  await comeAndGo(stack, "a");
  await assertEventually(async () => (await stack.scrape())[METRIC]! >= 2, true);
  await assertServes(stack, reader);
  await assertStops(stack, reader);
});

Deno.test("A log on a full disk interrupts nothing, and its lines are counted", LINUX, async () => {
  await using stack = await startUnread(ENV, ">/dev/full");
  await using reader = await openStream(stack, { app: "steady" });
  await assertEventually(async () => (await stack.scrape())[METRIC]! >= 2, true);
  await assertServes(stack, reader);
  await assertStops(stack, reader);
});

Deno.test("A log written to a FIFO continues with the next reader", LINUX, async () => {
  const folder = await Deno.makeTempDir();
  try {
    const fifo = `${folder}/log`;
    await new Deno.Command("mkfifo", { args: [fifo] }).output();
    const opening = Deno.open(fifo);
    await using stack = await startUnread({ ...ENV, FIFO: fifo }, '>"$FIFO"');
    await using reader = await openStream(stack, { app: "steady" });
    const first = await opening;
    await readUntil(first, '"app":"steady"');
    first.close();
    await comeAndGo(stack, "missing");
    await assertEventually(async () => (await stack.scrape())[METRIC], 2);
    using next = await Deno.open(fifo);
    await comeAndGo(stack, "after");
    await assertStops(stack, reader);
    const lines: LogLine[] = [];
    for await (const line of readLines(next.readable)) lines.push(JSON.parse(line));
    const told = lines.map(({ msg, app, count }) => [msg, app ?? count]);
    assertEquals(told.slice(told.findIndex(([msg]) => msg === "log lines dropped")), [
      ["log lines dropped", 2],
      ["stream opened", "after"],
      ["stream closed", "after"],
      ["stopping", undefined],
      ["stream closed", "steady"],
      ["stopped", undefined],
    ]);
    assertEquals(told.filter(([, app]) => app === "missing"), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
