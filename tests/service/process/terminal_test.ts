/** The service's own log on a terminal; all other tests read it from a pipe, as JSON. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startNatsServer } from "../../../tools/nats_server.ts";
import { assertEventually } from "../../support/patience.ts";
import { read } from "../../support/clients/sse_reader.ts";
import { mint } from "../../support/service.ts";
import { startOnTerminal } from "../../support/terminal.ts";

/** A `sub` that clears the screen, sets the title, reverses text and forges a log line. */
const HOSTILE = "\x1b[2J\x1b]0;pwned\x07\x9b31m\u202e\r\n00:00:00.000 error forged\u2028\0\x7f";
const ESCAPED = String
  .raw`"\u001b[2J\u001b]0;pwned\u0007\u009b31m\u202e\r\n00:00:00.000 error forged\u2028\u0000\u007f"`;

/** Opens and closes a stream of a service on a terminal; resolves to everything on the screen. */
async function watch(env: Record<string, string>): Promise<string> {
  await using nats = await startNatsServer();
  await using terminal = await startOnTerminal({ NATS_URL: nats.url, ...env });
  await terminal.waitFor(/NATS connected/);
  const [, port] = /listening .*port=(\d+)/.exec(await terminal.waitFor(/listening .*\r\n/))!;
  const token = await mint({ app: "web", sub: HOSTILE });
  const reader = await read(`http://127.0.0.1:${port}/logs?token=${token}`);
  await reader.control("ready");
  await reader.close();
  await terminal.waitFor(/stream closed.*\r\n/);
  return await terminal.interrupt();
}

Deno.test("On a terminal the log is in color with one line per fact, and a hostile sub is escaped", async () => {
  const screen = await watch({});
  const [green, none] = ["\x1b[32m", "\x1b[0m"];
  assertStringIncludes(screen, `${green}info ${none} stream opened `);
  const colors = ["\x1b[1m", "\x1b[2m", green, none];
  const lines = colors.reduce((text, color) => text.replaceAll(color, ""), screen).split("\r\n");
  for (const line of lines) assert(!/[\p{Cc}\p{Zl}\u202e]/u.test(line), JSON.stringify(line));
  const time = String.raw`\d\d:\d\d:\d\d\.\d{3}`;
  const opened = lines.find((line) => line.includes("stream opened"))!;
  assertMatch(
    opened,
    new RegExp(`^${time} info  stream opened app=web subject=logs\\.web\\.> sub=`),
  );
  assertEquals(opened.slice(opened.indexOf("sub=")), `sub=${ESCAPED} format=sse`);
  // The terminal itself echoes ^C.
  for (const line of lines.filter((line) => line !== "")) {
    assertMatch(line, new RegExp(String.raw`^(\^C)?${time} (info|warn|error|debug) +[a-zA-Z ]+`));
  }
  assertMatch(screen, /stopping signal=SIGINT/);
});

Deno.test("On a terminal with NO_COLOR the log has no colors", async () => {
  const screen = await watch({ NO_COLOR: "1" });
  assert(!screen.includes("\x1b"), JSON.stringify(screen));
  assertMatch(screen, /\d info {2}stream opened app=web /);
});

Deno.test("Closing the terminal stops the service like SIGTERM", async () => {
  await using nats = await startNatsServer();
  await using terminal = await startOnTerminal({ NATS_URL: nats.url, SHUTDOWN_SECONDS: "3600" });
  await terminal.waitFor(/NATS connected/);
  const [, port] = /listening .*port=(\d+)/.exec(await terminal.waitFor(/listening .*\r\n/))!;
  const token = await mint({ app: "web" });
  await using reader = await read(`http://127.0.0.1:${port}/logs?token=${token}`);
  await reader.control("ready");
  terminal.hangUp();
  assertEquals((await reader.rest()).map(({ event, data }) => [event, data]), [
    ["end", `{"reason":"shutdown"}`],
  ]);
  const answers = () => fetch(`http://127.0.0.1:${port}/healthz`).then(() => true, () => false);
  await assertEventually(answers, false);
});
