import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "npm:fast-check@^4";
import { parseLogLine, readLogLine } from "../../../lib/log_line/log_line.ts";
import { SEVERITIES } from "../../../lib/log_line/severity.ts";

const KEYS = [
  ...["message", "msg", "log", "level", "severity", "time", "timestamp", "ts", "fly", "event"],
  ...["kubernetes", "resourceLogs", "body", "timeUnixNano", "jsonPayload", "textPayload", "stream"],
  ...["MESSAGE", "PRIORITY", "__REALTIME_TIMESTAMP", "@timestamp", "@t", "@m", "host", "instant"],
  ...["version", "short_message", "__proto__", "constructor", "toString", "hasOwnProperty", "date"],
];
/** JSON with the keys that the parser looks at, and values of every type. */
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(null, true, 0, -1, 50, 1e300, 1.5e9, "", "error", "\x1b[31mwarn"),
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie("value"), { maxKeys: 5 }),
  ),
})).value;
const PIECES = [
  ...["[", "]", "(", "<", ">", "{", "}", '"', "\\", "=", "a=", 'a="', "level=", "ERROR", "error:"],
  ...[
    "2026-01-01T10:00:00Z",
    "10:00:00",
    " - ",
    " | ",
    "\t",
    "\n",
    "\r",
    "\0",
    "\x1b[",
    "\x1b[31m",
  ],
  ...["<11>", "E0101 10:00:00", "F, [", "npm ERR!", "é", "\ud800", " ", "12", ":", ",", "/", "."],
];
const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((all) => all.join(""));
const payload = fc.oneof(
  fc.string({ unit: "binary" }),
  text,
  json.map((value) => JSON.stringify(value) ?? ""),
  json.map((message) => JSON.stringify({ fly: {}, message, log: { level: message } })),
  text.map((message) => JSON.stringify({ kubernetes: { pod_name: "p" }, log: message })),
  fc.tuple(json, fc.nat(200)).map(([value, end]) => (JSON.stringify(value) ?? "").slice(0, end)),
);

Deno.test("parseLogLine() never throws, and every part has its type, whatever the payload", () => {
  fc.assert(
    fc.property(payload, (payload) => {
      const { time, fields, severity, ...others } = readLogLine(payload);
      assert(time === undefined || Number.isSafeInteger(time), String(time));
      assert(typeof fields === "object" && fields !== null && !Array.isArray(fields));
      assert(SEVERITIES.includes(severity), severity);
      for (const [part, value] of Object.entries(others)) {
        assertEquals(typeof value, "string", part);
      }
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("parseLogLine() reads payloads that are huge, or nested very deeply", () => {
  const deep = (open: string, close: string, count = 100_000) =>
    open.repeat(count) + close.repeat(count);
  const payloads = [
    deep('{"message":', "}"),
    deep('{"fly":{},"message":', "}"),
    `{"fly":{},"message":${deep("[", "]")}}`,
    `{"fly":{},"message":{"a":${deep('{"a":', "}").replace(":}", ":1}")}}}`,
    ...["[", "<", "(", "a=", 'a="', "\\", " ", "\x1b[", "\x1b[1;", "1", "1-", ":", "A", "é", "{"]
      .flatMap((piece) => [piece.repeat(500_000), `{"fly":{},"message":"${"x".repeat(500_000)}"}`]),
    `level=error ${"a=1 ".repeat(100_000)}`,
    `2026-01-01T10:00:00Z ${"[x] ".repeat(100_000)}ERROR`,
  ];
  for (const payload of payloads) {
    const { message, text } = readLogLine(payload);
    assert(typeof message === "string" && typeof text === "string");
  }
});

Deno.test("parseLogLine() does not throw for an object or an array where a number or a name belongs", () => {
  // Number() throws for both: it calls `toString`, and joins arrays recursively.
  for (const value of ['{"toString":1,"valueOf":1}', "[".repeat(50_000) + "]".repeat(50_000)]) {
    const payloads = [
      `{"MESSAGE":[${value}],"PRIORITY":3}`,
      `{"msg":"x","time":{"seconds":${value}}}`,
      `{"msg":"x","instant":{"epochSecond":1,"nanoOfSecond":${value}}}`,
      `{"fly":{},"log":{"level":${value}},"message":"x","timestamp":${value}}`,
      `{"body":{"stringValue":"x"},"timeUnixNano":${value},"severityNumber":${value}}`,
      `{"body":{"kvlistValue":{"values":[{"key":${value}}]}},"timeUnixNano":"1"}`,
    ];
    for (const payload of payloads) assertEquals(parseLogLine(payload).time, undefined);
  }
});

Deno.test("parseLogLine() ignores the key of a level or a time if its value is neither", () => {
  const fields = (line: string, expected: Record<string, unknown>) => {
    const { level, timestamp, fields } = parseLogLine(line);
    assertEquals({ level, timestamp, fields }, { level: "", timestamp: "", fields: expected });
  };
  fields('{"msg":"uploaded","s":3}', { s: 3 });
  fields('{"msg":"x","s":"hello world"}', { s: "hello world" });
  fields('{"msg":"x","at":"checkout.js:10"}', { at: "checkout.js:10" });
  fields("msg=x at=3 s=3", { at: "3", s: "3" });
  fields('{"msg":"GET /","time":"12ms"}', { time: "12ms" });
});

Deno.test("parseLogLine() prefers a known level and a valid time", () => {
  const line =
    '{"level":"cave","severity":"error","time":"12ms","ts":"2026-01-01T10:00:00Z","msg":"x"}';
  const { level, timestamp, fields } = parseLogLine(line);
  assertEquals([level, timestamp], ["error", "2026-01-01T10:00:00Z"]);
  assertEquals(fields, { level: "cave", time: "12ms" });
  assertEquals(parseLogLine('{"level":"chatty","msg":"x"}').level, "chatty");
});

Deno.test("parseLogLine() does not read a package's name after a time as a level", () => {
  for (const text of ["http: Server closed", "config: cannot read it", "log: x"]) {
    assertEquals(parseLogLine(`2026/01/01 10:00:00 ${text}`).level, "");
  }
  assertEquals(parseLogLine("2026-01-01 10:00:00 | SUCCESS | x").level, "success");
});

Deno.test("parseLogLine() returns an empty part if a Fly line lacks it or has another type in its place", () => {
  const line = {
    event: { provider: "app" },
    fly: { app: { instance: "d896d7c609dd68", name: "panini-786" }, region: "dfw" },
    log: { level: "info" },
    message: "GET /healthz 200 3ms",
    timestamp: "2026-11-20T20:42:11.123456789Z",
  };
  const table = [
    [{}, {}],
    [{ log: undefined }, { level: "", severity: "none" }],
    [{ log: { level: null } }, { level: "", severity: "none" }],
    [{ log: { level: 30 } }, { level: "info", severity: "info" }],
    [{ event: undefined }, { provider: "" }],
    [{ event: 7 }, { provider: "" }],
    [{ fly: undefined }, { region: "", machine: "" }],
    [{ fly: { region: "dfw" } }, { machine: "" }],
    [{ fly: { app: [], region: {} } }, { region: "", machine: "" }],
    [{ timestamp: undefined }, { time: undefined, timestamp: "" }],
    [{ timestamp: 7 }, { time: undefined, timestamp: "" }],
    [{ message: undefined }, { message: "", text: "" }],
    [{ message: null }, { message: "", text: "" }],
    [{ message: 7 }, { message: "7", text: "7" }],
  ] as const;
  const expected = parseLogLine(JSON.stringify(line));
  assertEquals(expected.envelope, "fly");
  for (const [change, difference] of table) {
    const changed = parseLogLine(JSON.stringify({ ...line, ...change }));
    assertEquals(changed, { ...expected, ...difference }, JSON.stringify(change));
  }
});

Deno.test("parseLogLine() returns a payload that it cannot read unchanged", () => {
  const payload = { startsWith: () => false } as unknown as string;
  assertThrows(() => readLogLine(payload));
  assertEquals(parseLogLine(payload).text, payload);
});
