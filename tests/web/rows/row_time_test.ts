import { assertEquals, assertMatch } from "@std/assert";
import { fullTime, gapTime, rowTime } from "../../../web/rows/row_time.ts";

const TIME = Date.UTC(2026, 10, 20, 20, 42, 11, 7);

Deno.test("rowTime() is in UTC, with milliseconds and a Z", () => {
  assertEquals(rowTime(TIME, "utc", 0), "20:42:11.007Z");
  assertEquals(gapTime(TIME, "utc"), "20:42:11Z");
});

Deno.test("rowTime() has no date, even after the year 9999", () => {
  const time = Date.UTC(10_000, 0, 1, 20, 42, 11, 7);
  assertEquals([rowTime(time, "utc", 0), gapTime(time, "utc")], ["20:42:11.007Z", "20:42:11Z"]);
});

Deno.test("gapTime() is empty if the time is invalid", () => {
  assertEquals([gapTime(Infinity, "utc"), gapTime(NaN, "local")], ["", ""]);
});

Deno.test("rowTime() is local time", () => {
  const local = new Date(TIME).toLocaleTimeString("en", { hourCycle: "h23" });
  assertEquals(rowTime(TIME, "local", 0), `${local}.007`);
  assertEquals(gapTime(TIME, "local"), local);
  assertEquals(gapTime(TIME, "relative"), local);
});

Deno.test("rowTime() is relative, even if the app's clock is ahead", () => {
  const ago = (age: number) => rowTime(TIME, "relative", TIME + age);
  const ages = [0, 999, 1000, 59_999, 60_000, 3_600_000, 86_400_000 * 400, -999, -5000];
  const shown = "now, now, 1s ago, 59s ago, 1m ago, 1h ago, 400d ago, now, in 5s";
  assertEquals(ages.map(ago).join(", "), shown);
});

Deno.test("fullTime() has the date and the time zone", () => {
  assertMatch(
    fullTime(TIME),
    /^2026-11-2[01] \d\d:\d\d:11\.007 \(local\)\n2026-11-20T20:42:11\.007Z$/,
  );
});
