import { assertEquals } from "@std/assert";
import { dayOf, fullDay, shortDay } from "../../../web/rows/row_day.ts";

const NOW = Date.parse("2026-11-20T20:42:11Z");
const at = (text: string) => Date.parse(text);

Deno.test("shortDay() is empty today, and for relative times", () => {
  assertEquals(shortDay(at("2026-11-20T00:00:00Z"), "utc", NOW), "");
  assertEquals(shortDay(at("2026-11-17T23:59:59Z"), "utc", NOW), "Nov 17");
  assertEquals(shortDay(at("2026-01-02T00:00:00Z"), "utc", NOW), "Jan 2");
  assertEquals(shortDay(at("2026-11-17T23:59:59Z"), "relative", NOW), "");
  assertEquals(shortDay(NOW, "local", NOW), "");
});

Deno.test("fullDay() names the day", () => {
  assertEquals(fullDay(NOW, "utc", NOW), "Today, Friday, November 20, 2026");
  const yesterday = at("2026-11-19T23:59:59Z");
  assertEquals(fullDay(yesterday, "utc", NOW), "Yesterday, Thursday, November 19, 2026");
  assertEquals(fullDay(at("2025-11-20T12:00:00Z"), "utc", NOW), "Thursday, November 20, 2025");
});

Deno.test("dayOf() increases, and an invalid time is harmless", () => {
  const days = ["2025-12-31T23:00:00Z", "2026-01-01T01:00:00Z", "2026-02-01T01:00:00Z"].map(at)
    .map((time) => dayOf(time, "utc"));
  assertEquals(days, days.toSorted((a, b) => a - b));
  for (const time of [NaN, 1e20]) {
    assertEquals([shortDay(time, "utc", NOW), fullDay(time, "local", NOW)], ["", "Unknown day"]);
  }
});
