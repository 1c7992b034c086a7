/** The service reconnects if a frame from NATS is malformed. */
import { assert, assertEquals } from "@std/assert";
import { startNatsServer } from "../../../tools/nats_server.ts";
import { startNatsProxy } from "../../support/nats_proxy.ts";
import { assertEventually } from "../../support/patience.ts";
import { CONNECTED, DISCONNECTED, take } from "../../support/clients/sse_reader.ts";
import {
  logsUrl,
  openStream,
  publish,
  readiness,
  startConnected,
  subjectOf,
  subjects,
} from "../../support/service.ts";

const GARBAGE: [name: string, text: string][] = [
  ["an operation that does not exist", "HELLO\r\n"],
  ["binary data", "\x00\xff\x01"],
  ["a message without its size", "MSG logs.a.dfw.m1 1\r\n"],
  ["a message with a size that is not a number", "MSG logs.a.dfw.m1 1 ten\r\n"],
  ["a message with an enormous size", "MSG logs.a.dfw.m1 1 99999999999\r\n"],
  ["headers longer than their message", "HMSG logs.a.dfw.m1 1 99 3\r\n"],
  ["an INFO that is not JSON", "INFO {nope\r\n"],
  ["a message split within a word", "MSG logs.a.d\r\nfw.m1 1 2\r\nhi\r\n"],
];

Deno.test("A malformed frame from NATS causes a reconnect, and every stream is told", async () => {
  await using nats = await startNatsServer();
  using proxy = startNatsProxy(nats);
  await using service = await startConnected({ NATS_URL: proxy.url });
  await using reader = await openStream(service, { app: "a" });
  const logs = () =>
    service.logs.filter(({ msg }) => msg.startsWith("NATS "))
      .map(({ level, msg, reason }) => [level, msg, reason]);
  for (const [name, text] of GARBAGE) {
    const from = logs().length;
    await proxy.inject(`${text}MSG logs.a.dfw.m1 1 18\r\nbehind the garbage\r\n`);
    assertEquals([await take(reader), await take(reader)], [DISCONNECTED, CONNECTED], name);
    const told = () => logs().slice(from);
    await assertEventually(() => told().length >= 3, true, name);
    const [[level, msg], lost, connected] = told() as [string[], unknown, unknown];
    assertEquals([level, msg], ["error", "NATS frame not parsed"], name);
    assertEquals(lost, ["warn", "NATS unavailable", "malformed frame"], name);
    assertEquals(connected, ["info", "NATS connected", undefined], name);
    await publish(nats, { a: `after ${name}` });
    assertEquals(await take(reader), [undefined, `after ${name}`]);
    await assertEventually(
      () => subjects(nats),
      [subjectOf("a", ">")],
      "Only one connection is left",
    );
  }
  assert(
    !JSON.stringify(service.logs).includes("behind the garbage"),
    "The service's own log contains a line",
  );
  assertEquals(service.stderr(), "");
});

Deno.test("A message corrupted in transit causes a reconnect", async () => {
  await using nats = await startNatsServer();
  using proxy = startNatsProxy(nats);
  await using service = await startConnected({ NATS_URL: proxy.url });
  await using reader = await openStream(service, { app: "a" });
  const corruptions: ((text: string) => string)[] = [
    (text) => text.replace("MSG", "MXG"),
    (text) => text.replace(/(?<=MSG \S+ )\d+/, "x"),
    (text) => text.replace(/(?<=MSG \S+ \d+ )\d+/, "-1"),
    (text) => text.replace(/MSG \S+ /, "MSG "),
  ];
  for (const corrupt of corruptions) {
    proxy.corrupt(corrupt);
    await publish(nats, { a: "lost" });
    assertEquals([await take(reader), await take(reader)], [DISCONNECTED, CONNECTED]);
    await publish(nats, { a: "arrives" });
    assertEquals(await take(reader), [undefined, "arrives"]);
  }
});

Deno.test("A request corrupted in transit causes a reconnect", async () => {
  await using nats = await startNatsServer();
  using proxy = startNatsProxy(nats);
  await using service = await startConnected({ NATS_URL: proxy.url });
  await using reader = await openStream(service, { app: "a" });
  proxy.corruptRequest((text) => text.replace("SUB", "SXB"));
  await fetch(await logsUrl(service, { app: "b" }));
  assertEquals([await take(reader), await take(reader)], [DISCONNECTED, CONNECTED]);
  await assertEventually(() => readiness(service), "ready");
});

Deno.test("An UNSUB is followed by a PING, so that the next SUB does not wait for a delayed ACK", async () => {
  await using nats = await startNatsServer();
  using proxy = startNatsProxy(nats);
  await using service = await startConnected({ NATS_URL: proxy.url });
  const reader = await openStream(service, { app: "a" });
  await reader.close();
  await assertEventually(() => /UNSUB 1\r\nPING\r\n/.test(proxy.sent), true);
});
