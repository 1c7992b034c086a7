import { assertEquals, assertThrows } from "@std/assert";
import {
  type HistoryQuery,
  type HistoryStart,
  parseHistoryStart,
} from "../../../lib/history/history_start.ts";
import { Problem } from "../../../lib/problem.ts";

const NOW = Date.parse("2026-11-26T12:00:00Z");

Deno.test("parseHistoryStart() returns what a request asks for", () => {
  const table: [HistoryQuery, HistoryStart | undefined][] = [
    [{}, undefined],
    [{ tail: "0" }, { tail: 0 }],
    [{ tail: "100" }, { tail: 100 }],
    [{ since: "90s" }, { since: NOW - 90_000 }],
    [{ since: "10m" }, { since: NOW - 600_000 }],
    [{ since: "2h" }, { since: NOW - 7_200_000 }],
    [{ since: "1d" }, { since: NOW - 86_400_000 }],
    [{ since: "999999999d" }, { since: 0 }],
    [{ since: "2026-11-26T11:59:58.5Z" }, { since: NOW - 1_500 }],
    [{ since: "2026-11-26T12:59:00+01:00" }, { since: NOW - 60_000 }],
    [{ since: "2026-11-26t11:59:00z" }, { since: NOW - 60_000 }],
    [{ tail: "5", since: "1m" }, { tail: 5, since: NOW - 60_000 }],
    [{ lastEventId: "7" }, { after: 7 }],
    [{ lastEventId: "0", tail: "5", since: "1m" }, { after: 0 }],
    [{ lastEventId: "", tail: "5" }, { tail: 5 }],
  ];
  for (const [query, start] of table) assertEquals(parseHistoryStart(query, NOW), start);
});

Deno.test("parseHistoryStart() rejects malformed values, even if another takes precedence", () => {
  const hostile = [
    "-1",
    "+1",
    "1.5",
    "1e3",
    "0x10",
    " 1",
    "1\n",
    "١",
    "NaN",
    "1".repeat(16),
    "5, 6",
  ];
  const times = [
    ...["", "10", "m", "10 m", "-10m", "1.5h", "10M", "10w", "now", "9".repeat(10) + "s"],
    ...[
      "2026-11-26",
      "2026-11-26T12:00:00",
      "2026-13-26T12:00:00Z",
      "2026-02-30T12:00:00Z",
      "Thu, 26 Nov 2026 12:00:00 GMT",
    ],
  ];
  const queries: HistoryQuery[] = [
    ...["", ...hostile].map((tail) => ({ tail, lastEventId: "1" })),
    ...times.map((since) => ({ since, tail: "1" })),
    ...hostile.map((lastEventId) => ({ lastEventId, tail: "1" })),
  ];
  for (const query of queries) {
    const problem = assertThrows(() => parseHistoryStart(query, NOW), Problem);
    assertEquals(problem.code, "history_invalid", JSON.stringify(query));
  }
});
