import { assertEquals } from "@std/assert";
import { describeGap } from "../../../web/rows/gap_text.ts";
import { type Gap, RowFactory } from "../../../web/rows/row.ts";

const rows = new RowFactory();
const FROM = Date.UTC(2026, 10, 20, 20, 42, 11);
const nats = rows.outage("nats", FROM);
const connection = rows.outage("connection", FROM);
const expired = { ...connection, hasExpired: true };
const to = FROM + 3000;

const gaps: [gap: Gap, text: string][] = [
  [rows.dropped(120, 9000), "120 lines dropped here"],
  [rows.dropped(1, 90), "1 line dropped here"],
  [rows.dropped(1_234_567, 9e7), "1,234,567 lines dropped here"],
  [rows.history("retention"), "Lines are missing here: they are no longer stored"],
  [rows.history("line"), "This line is no longer available"],
  [rows.history("another reason"), "Lines are missing here: another reason"],
  [rows.history("constructor"), "Lines are missing here: constructor"],
  [nats, "Log source unavailable since 20:42:11Z: lines may be missing"],
  [{ ...nats, to }, "Log source unavailable from 20:42:11Z to 20:42:14Z: lines may be missing"],
  [connection, "Connection lost at 20:42:11Z: lines may be missing"],
  [
    { ...connection, to },
    "Connection lost at 20:42:11Z, restored at 20:42:14Z: lines may be missing",
  ],
  [expired, "Access expired at 20:42:11Z: lines may be missing"],
  [{ ...expired, to }, "Access expired at 20:42:11Z, renewed at 20:42:14Z: lines may be missing"],
];

for (const [gap, text] of gaps) {
  Deno.test(`a gap is described as: ${text}`, () => {
    assertEquals(describeGap(gap, "utc").text, text);
  });
}
