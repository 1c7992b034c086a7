import { assertEquals, assertMatch } from "@std/assert";
import { fullTime, gapTime, rowTime } from "../../../web/list/row_time.ts";

const TIME = Date.UTC(2026, 10, 20, 20, 42, 11, 7);

Deno.test("a row's time is in UTC, to the millisecond, and says so", () => {
  assertEquals(rowTime(TIME, "utc", 0), "20:42:11.007Z");
  assertEquals(gapTime(TIME, "utc"), "20:42:11Z");
});

Deno.test("a row's time is local where the reader is", () => {
  const local = new Date(TIME).toLocaleTimeString("en", { hourCycle: "h23" });
  assertEquals(rowTime(TIME, "local", 0), `${local}.007`);
  assertEquals(gapTime(TIME, "local"), local);
  assertEquals(gapTime(TIME, "relative"), local);
});

Deno.test("a row's time is how long ago it was, also by a clock that runs ahead", () => {
  const ago = (age: number) => rowTime(TIME, "relative", TIME + age);
  const ages = [0, 999, 1000, 59_999, 60_000, 3_600_000, 86_400_000 * 400, -999, -5000];
  assertEquals(ages.map(ago), [
    "now",
    "now",
    "1s ago",
    "59s ago",
    "1m ago",
    "1h ago",
    "400d ago",
    "now",
    "in 5s",
  ]);
});

Deno.test("the whole time has its day and its zone", () => {
  assertMatch(
    fullTime(TIME),
    /^2026-11-2[01] \d\d:\d\d:11\.007 \(local\)\n2026-11-20T20:42:11\.007Z$/,
  );
});
