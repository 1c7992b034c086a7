/** Hostile values of `tail`, `since` and the ID to resume after. */
import { assertEquals, assertMatch } from "@std/assert";
import { connectTo, receive, send } from "../support/clients/raw_request.ts";
import { parseEvents } from "../support/clients/sse_reader.ts";
import { assertProblem } from "../support/expect_problem.ts";
import {
  fetchHistory,
  type NumberedLine,
  startHistoryStack,
  store,
} from "../support/history_stack.ts";
import { logsUrl, mint, type Stack, subjectOf } from "../support/service.ts";

const LINES = Array.from({ length: 30 }, (_, index) => ({
  subject: subjectOf(index % 3 === 0 ? "other" : "web"),
  payload: `line ${index}`,
}));

let stack: Stack;
/** The last lines of the app `web`, as many as one request may get. */
let all: NumberedLine[];
/** The reason why there are not more of them. */
let gap: string | undefined;
Deno.test.beforeAll(async () => {
  stack = await startHistoryStack({ HISTORY_MAX_LINES: "15" });
  await store(stack.publisher, LINES);
  ({ lines: all, gap } = await fetchHistory(stack.service, { app: "web" }, { last_event_id: "0" }));
});
Deno.test.afterAll(async () => await stack[Symbol.asyncDispose]());

/** Text that is not a number, however much it resembles one; percent-encoded. */
const NOT_NUMBERS: [attack: string, values: string[]][] = [
  ["negative numbers", ["-1", "-0", "-9007199254740993", "%E2%88%921"]],
  ["numbers that are not whole", ["1.5", "1.0", ".5", "1.", "0,5", "1e3", "1E3", "1e-3"]],
  ["other notations", ["0x10", "0b1", "0o7", "1_000", "1n", "%2B1", "+1", "0x", "10h10"]],
  ["digits of other scripts", ["%D9%A1%D9%A0", "%EF%BC%91", "%E1%A0%91", "%C2%B2", "%F0%9D%9F%8F"]],
  ["words", ["NaN", "Infinity", "null", "undefined", "true", "abc", "%5B1%5D", "%7B%7D"]],
  ["white space", ["%20", "%201", "1%20", "%091", "1%0A", "1%0D%0Aid:%207", "%C2%A01", "1+1"]],
  ["control characters", ["%00", "1%00", "%001", "1%7F", "%E2%80%8B1", "%E2%80%AE1", "%EF%BB%BF1"]],
  ["invalid UTF-8", ["%FF", "1%80", "%C0%B1", "%ED%A0%80", "%"]],
  ["several numbers", ["1,2", "1;2", "1 2", "1|2", "1..2", "1-2"].map(encodeURIComponent)],
  ["NATS commands and subjects", [
    ...[
      "1%0d%0aSUB%20%3e%201",
      "%3E",
      "*",
      "1.%3E",
      "logs.other.%3E",
      "$JS.API.STREAM.DELETE.logs",
    ],
  ]],
];

for (const [attack, values] of NOT_NUMBERS) {
  Deno.test(`GET /logs refuses ${attack} as tail and as last_event_id`, async () => {
    for (const parameter of ["tail", "last_event_id"]) {
      for (const value of values) await assertInvalid(`${parameter}=${value}`);
    }
  });
}

const NOT_TIMES: [attack: string, values: string[]][] = [
  ["durations without a unit or with another one", [
    ...["10", "0", "10w", "10y", "10M", "10H", "10ms", "10ns", "10min", "10%20m", "m", "10mm"],
  ]],
  ["durations that are not whole, or negative", ["-10m", "1.5h", "1e3s", "%2B10m", "0x10m"]],
  ["several durations", ["1h30m", "10m,5m", "10m10m"]],
  ["digits of other scripts", ["%D9%A1%D9%A0m", "%EF%BC%91m", "1%EF%BD%8D"]],
  ["times that do not exist", [
    ...["2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-20T25:00:00Z", "not-a-time"],
    ...["2026-11-20T20:61:00Z", "2026-11-20T20:42:11%2B25:00", "0000-00-00T00:00:00Z"],
  ]],
  ["times that are not in RFC 3339", [
    ...["2026", "2026-11", "20261120T204211Z", "2026-W47", "2026-11-20T20:42:11", "1795207331"],
    ...[
      "Fri%2C%2020%20Nov%202026%2020%3A42%3A11%20GMT",
      "now",
      "yesterday",
      "%2B002026-11-20T20:42Z",
    ],
  ]],
  ["white space and control characters", ["%2010m", "10m%20", "10m%0A", "10m%00", "%0010m"]],
  ["NATS commands and LogsQL", ["10m%0d%0aSUB%20%3e%201", "10m%20or%20*", "*", "%3E", "1s%22"]],
];

for (const [attack, values] of NOT_TIMES) {
  Deno.test(`GET /logs refuses ${attack} as since`, async () => {
    for (const value of values) await assertInvalid(`since=${value}`);
  });
}

Deno.test("GET /logs refuses parameters of history that are given twice", async () => {
  for (const [name, encoded] of [["tail", "t%61il"], ["last_event_id", "last%5fevent_id"]]) {
    await assertInvalid(`${name}=1&${name}=1`);
    await assertInvalid(`${name}=1&${encoded}=2`);
    await assertInvalid(`${name}=1&${name}=`);
  }
  await assertInvalid("since=1m&since=2m");
  await assertInvalid("since=1m&sinc%65=2m");
});

Deno.test("GET /logs refuses two Last-Event-ID headers, or one that is not an ID", async () => {
  const values = [["1", "1"], ["1", "2"], ["1, 2"], ["abc"], ["-1"], ["1.5"], ["\xb9"], ["1;2"]];
  for (const ids of values) {
    const { status, text } = await askWith(ids.map((id) => `Last-Event-ID: ${id}`));
    assertEquals([status, /"code":"(\w+)"/.exec(text)?.[1]], [400, "history_invalid"], `${ids}`);
  }
});

Deno.test("GET /logs answers numbers of any size, and never with other lines than the app's last ones", async () => {
  const digits = [1, 9, 15, 16, 17, 20, 39, 400, 8_000];
  const values = digits.flatMap((count) => ["9".repeat(count), "1".padEnd(count, "0")]);
  const exact = ["18446744073709551615", "18446744073709551616", "9007199254740993", "4294967296"];
  for (const parameter of ["tail", "last_event_id"]) {
    for (const value of ["0", "00", "007", ...exact, ...values]) {
      const { status, lines } = await ask(`${parameter}=${value}`);
      const number = Number(value);
      // An ID that the stream has not reached is one of a stream that was deleted.
      const after = number > LINES.length ? 0 : number;
      const found = parameter === "tail"
        ? all.slice(number === 0 ? all.length : -number)
        : all.filter(({ id }) => Number(id) > after);
      const expected = value.length > 15
        ? { status: 400, lines: [] }
        : { status: 200, lines: found };
      assertEquals({ status, lines }, expected, `${parameter}=${value.slice(0, 50)}`);
    }
  }
});

Deno.test("GET /logs sends HISTORY_MAX_LINES lines at most", () => {
  assertEquals([all.length, gap], [15, "limit"]);
});

Deno.test("GET /logs answers times of any distance, and never with other lines than the app's last ones", async () => {
  const early = ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00-23:59"];
  const late = ["0s", "2999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59Z"];
  const invalid = ["9".repeat(16) + "d", "9".repeat(400) + "s", "2016-12-31T23:59:60Z"];
  const expected: [values: string[], status: number, lines: NumberedLine[]][] = [
    [["1d", "99999d", "1969-12-31T23:59:59Z", ...early], 200, all],
    [late, 200, []],
    [invalid, 400, []],
  ];
  for (const [values, status, lines] of expected) {
    for (const value of values) {
      assertEquals(await ask(`since=${value}`), { status, lines }, value.slice(0, 50));
    }
  }
});

Deno.test("The ID in the header or the query takes precedence over tail and since, which are checked as well", async () => {
  const { id } = all[5]!;
  const rest = all.slice(6);
  for (const query of ["", "tail=1", "since=1d", "tail=1&since=1d"]) {
    assertEquals((await ask(`${query}&last_event_id=${id}`)).lines, rest);
    const { text } = await askWith([`Last-Event-ID: ${id}`], query);
    assertEquals(linesOf(text), rest);
  }
  for (const query of ["tail=x", "since=x"]) await assertInvalid(`${query}&last_event_id=${id}`);
});

Deno.test("Parameters whose names only resemble those of history are ignored", async () => {
  const names = [
    "tail[]",
    "Tail",
    "TAIL",
    "tail%00",
    "+tail",
    "tail.",
    "x;tail",
    "__proto__[tail]",
  ];
  for (const name of names) {
    const { status, text } = await askWith([], `${name}=5`, /\nevent: ready\n[^]*\n\n/);
    assertEquals(status, 200);
    // Only if no history is requested, `ready` has an id to resume after.
    assertMatch(text, /\nevent: ready\nid: 30\n/, name);
  }
});

/** Fails unless the query is refused as `history_invalid`, in each format. */
async function assertInvalid(query: string): Promise<void> {
  const url = await logsUrl(stack.service, { app: "web" });
  for (const format of ["sse", "ndjson"]) {
    try {
      await assertProblem(await fetch(`${url}&format=${format}&${query}`), 400, "history_invalid");
    } catch (cause) {
      throw new Error(`To ?${query}`, { cause });
    }
  }
}

async function ask(query: string): Promise<{ status: number; lines: NumberedLine[] }> {
  const { status, text } = await askWith([], query);
  return { status, lines: linesOf(text) };
}

/** Requests the app `web` with these headers and this query, and reads until `mark`. */
async function askWith(
  headers: string[],
  query = "",
  mark = /\nevent: live\n[^]*\n\n/,
): Promise<{ status: number; text: string }> {
  using connection = await connectTo(stack.service);
  const token = await mint({ app: "web" });
  const head = [
    `GET /logs?${query} HTTP/1.0`,
    "Host: x",
    `Authorization: Bearer ${token}`,
    ...headers,
  ];
  const [text] = await Promise.all([
    receive(connection, mark),
    send(connection, `${head.join("\r\n")}\r\n\r\n`),
  ]);
  return { status: Number(text.split(" ")[1]), text };
}

function linesOf(text: string): NumberedLine[] {
  return parseEvents(text.slice(text.indexOf("\r\n\r\n") + 4))
    .filter(({ event }) => event === undefined)
    .map(({ id, data }) => ({ id, payload: data }));
}
