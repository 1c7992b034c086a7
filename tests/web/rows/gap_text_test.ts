import { assertEquals, assertMatch } from "@std/assert";
import { describeGap } from "../../../web/rows/gap_text.ts";
import { endOutage, RowFactory } from "../../../web/rows/row.ts";

const rows = new RowFactory();
const FROM = Date.UTC(2026, 10, 20, 20, 42, 11);
const textOf = (gap: Parameters<typeof describeGap>[0]) => describeGap(gap, "utc").text;

Deno.test("a gap shows how many lines were dropped", () => {
  assertEquals(textOf(rows.dropped(120, 9000)), "120 lines dropped here");
  assertEquals(textOf(rows.dropped(1, 90)), "1 line dropped here");
  assertEquals(textOf(rows.dropped(1_234_567, 9e7)), "1,234,567 lines dropped here");
});

Deno.test("a gap shows why lines of the past are missing", () => {
  for (const reason of ["retention", "limit", "unavailable", "another reason"]) {
    assertMatch(textOf(rows.history(reason)), /^Lines are missing here: [a-z ]+$/);
  }
});

Deno.test("a gap shows when NATS was unavailable", () => {
  const gap = rows.outage("nats", FROM);
  assertEquals(textOf(gap), "NATS unavailable since 20:42:11Z: lines may be missing");
  assertEquals(
    textOf(endOutage(gap, FROM + 3000)),
    "NATS unavailable from 20:42:11Z to 20:42:14Z: lines may be missing",
  );
});

Deno.test("a gap shows when the connection was lost and restored", () => {
  const gap = rows.outage("connection", FROM);
  assertEquals(textOf(gap), "Connection lost at 20:42:11Z: lines may be missing");
  assertEquals(
    textOf(endOutage(gap, FROM + 3000)),
    "Connection lost at 20:42:11Z, restored at 20:42:14Z: lines may be missing",
  );
});

Deno.test("a gap shows that the token had expired", () => {
  const gap = { ...rows.outage("connection", FROM), hasExpired: true };
  assertEquals(textOf(gap), "Token expired at 20:42:11Z: lines may be missing");
  assertEquals(
    textOf(endOutage(gap, FROM + 3000)),
    "Token expired at 20:42:11Z, renewed at 20:42:14Z: lines may be missing",
  );
});
