import { assertEquals } from "@std/assert";
import { describeGap } from "../../../web/rows/gap_text.ts";
import { ended, Rows } from "../../../web/rows/row.ts";

const rows = new Rows();
const FROM = Date.UTC(2026, 10, 20, 20, 42, 11);
const say = (gap: Parameters<typeof describeGap>[0]) => describeGap(gap, "utc").text;

Deno.test("a gap says how many lines were dropped", () => {
  assertEquals(say(rows.dropped(120, 9000)), "120 lines dropped here");
  assertEquals(say(rows.dropped(1, 90)), "1 line dropped here");
  assertEquals(say(rows.dropped(1_234_567, 9e7)), "1,234,567 lines dropped here");
});

Deno.test("a gap says from when to when NATS was away, or since when it is", () => {
  const gap = rows.lost("nats", FROM);
  assertEquals(say(gap), "NATS has been away since 20:42:11Z: lines may be missing");
  assertEquals(
    say(ended(gap, FROM + 3000)),
    "NATS was away 20:42:11Z – 20:42:14Z: lines may be missing",
  );
});

Deno.test("a gap says from when to when the connection was lost, or when it was", () => {
  const gap = rows.lost("connection", FROM);
  assertEquals(say(gap), "The connection was lost at 20:42:11Z: lines may be missing");
  assertEquals(
    say(ended(gap, FROM + 3000)),
    "The connection was lost 20:42:11Z – 20:42:14Z: lines may be missing",
  );
});

Deno.test("a gap says that it was the token that had expired", () => {
  const gap = { ...rows.lost("connection", FROM), hasExpired: true };
  assertEquals(say(gap), "The token had expired at 20:42:11Z: lines may be missing");
  assertEquals(
    say(ended(gap, FROM + 3000)),
    "The token had expired 20:42:11Z – 20:42:14Z: lines may be missing",
  );
});
