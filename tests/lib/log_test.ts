import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "npm:fast-check@^4";
import { createLog, type LogLevel } from "../../lib/log.ts";
import { read } from "../reader.ts";
import { failToStart, mint, SECRET, startService, startStack } from "../service.ts";

const LEVELS: LogLevel[] = ["debug", "info", "warn", "error"];

/** A log, and the lines that it has written. */
function openLog(level: LogLevel) {
  const lines: string[] = [];
  return { log: createLog(level, (line) => void lines.push(line)), lines };
}

Deno.test("createLog() writes one JSON object a line: time, level, msg and fields", () => {
  const { log, lines } = openLog("info");
  const before = Date.now();
  log.info("stream opened", { app: "web", subject: "logs.web.>", sub: undefined, events: 0 });
  const { time, ...rest } = JSON.parse(lines[0]!);
  assertEquals(rest, {
    level: "info",
    msg: "stream opened",
    app: "web",
    subject: "logs.web.>",
    events: 0,
  });
  assertEquals(Object.keys(JSON.parse(lines[0]!)).slice(0, 3), ["time", "level", "msg"]);
  assertMatch(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert(Date.parse(time) >= before && Date.parse(time) <= Date.now(), time);
  assertEquals(lines.length, 1);
});

Deno.test("createLog() keeps any field on the one line", () => {
  const { log, lines } = openLog("info");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (sub) => {
    log.info("stream opened", { sub });
    const line = lines.pop()!;
    assertEquals(JSON.parse(line).sub, sub);
    assertEquals(line.split(/[\r\n]/), [line.slice(0, -1), ""]);
  }));
});

for (const [i, level] of LEVELS.entries()) {
  Deno.test(`createLog() leaves out what is below ${level}`, () => {
    const { log, lines } = openLog(level);
    for (const each of LEVELS) log[each](`at ${each}`);
    assertEquals(lines.map((line) => JSON.parse(line).level), LEVELS.slice(i));
  });
}

Deno.test("the service logs a stream's opening and its close, and nothing a message", async () => {
  await using stack = await startStack();
  const { nats, publisher, service } = stack;
  const token = await mint({ app: "web", region: "dfw", sub: "user 7", jti: "t-1" });
  const reader = await read(`${service.url}/logs?token=${token}`);
  await reader.control("ready");
  const before = service.logs.length;
  for (let i = 0; i < 100; i++) publisher.publish("logs.web.dfw.d8", `line ${i}`);
  for (let i = 0; i < 100; i++) assertEquals(await reader.line(), `line ${i}`);
  assertEquals(service.logs.length, before);
  await reader.close();
  const { time: _, duration, bytes, ...closed } = await service.logged(({ msg }) =>
    msg === "stream closed"
  );
  const stream = { app: "web", subject: "logs.web.dfw.>", sub: "user 7", jti: "t-1" };
  const counts = { reason: "client", events: 100, dropped: 0 };
  assertEquals(closed, { level: "info", msg: "stream closed", ...stream, ...counts });
  assert(typeof duration === "number" && duration >= 0, `${duration} duration`);
  assert(typeof bytes === "number" && bytes > 100 * "data: line 0\n\n".length, `${bytes} bytes`);
  const { time: __, ...opened } = service.logs.find(({ msg }) => msg === "stream opened")!;
  assertEquals(opened, { level: "info", msg: "stream opened", ...stream, format: "sse" });

  await nats.stop();
  await service.logged(({ level, msg }) => level === "warn" && msg === "NATS unavailable");
  await service.stop();
  const count = (msg: string) => service.logs.filter((line) => line.msg === msg).length;
  const states = ["NATS connected", "stream opened", "stream closed", "stopping", "stopped"];
  assertEquals(states.map(count), [1, 1, 1, 1, 1]);
});

Deno.test("the service never logs a token, a secret or a query with a token", async () => {
  const password = "s3cr3t-pa55word";
  const users = `authorization: { user: ann, password: "${password}" }`;
  const env = { NATS_USER: "ann", NATS_PASSWORD: password, LOG_LEVEL: "debug" };
  await using stack = await startStack(env, users);
  const { url } = stack.service;
  const good = await mint({ app: "web" });
  const tokens = [good, await mint({ app: "web" }, -60), await mint({ app: "a.b" }), `${good}x`];
  const heads = (token: string): [string, HeadersInit][] => [
    [`?token=${token}`, {}],
    [`?token=${token}&app=other`, {}],
    [`/x?token=${token}`, {}],
    ["", { Authorization: `Bearer ${token}` }],
    ["", { Cookie: `natstap_token=${token}` }],
    [`?region=${token}`, { Authorization: `Bearer ${token}` }],
  ];
  for (const token of tokens) {
    for (const [query, headers] of heads(token)) {
      const response = await fetch(`${url}/logs${query}`, { headers });
      await response.body?.cancel();
    }
  }
  await stack.service.stop();
  const written = stack.service.stderr() + JSON.stringify(stack.service.logs);
  assert(stack.service.logs.filter(({ msg }) => msg === "request refused").length > 10);
  for (const secret of [...tokens, ...tokens.flatMap((token) => token.split(".")), "?token"]) {
    assert(!written.includes(secret), `${secret} is logged`);
  }
  for (const secret of [SECRET, password]) assert(!written.includes(secret), `${secret} is logged`);
});

Deno.test("the service never logs a password that NATS refuses, nor a configuration's secrets", async () => {
  await using stack = await startStack(
    { NATS_USER: "ann", NATS_PASSWORD: "right" },
    "authorization: { user: ann, password: right }",
  );
  const secrets = { NATS_PASSWORD: "s3cr3t-pa55word" };
  const { url: NATS_URL } = stack.nats;
  await using service = await startService({ NATS_URL, NATS_USER: "ann", ...secrets });
  await service.logged(({ msg }) => msg === "NATS unavailable");
  await service.stop();
  const stderr = await failToStart({ JWT_SECRET: "s3cr3t-short", NATS_TOKEN: "s3cr3t-token" });
  assertMatch(stderr, /JWT_SECRET/);
  for (const text of [JSON.stringify(service.logs), service.stderr(), stderr]) {
    assert(!text.includes("s3cr3t"), text);
  }
});
