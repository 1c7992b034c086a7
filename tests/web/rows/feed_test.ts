/** From what the connection tells to rows. */
/// <reference lib="dom" />
import { assert, assertEquals } from "@std/assert";
import { Feed } from "../../../web/rows/feed.ts";
import { Store } from "../../../web/rows/store.ts";

function feed(): { store: Store; feed: Feed } {
  const store = new Store(100_000);
  return { store, feed: new Feed(store, () => {}) };
}

Deno.test("a stream that opens ends the absence of NATS too, and the next is told again", () => {
  const { store, feed: rows } = feed();
  rows.onOpen();
  rows.onNats("disconnected", 1000);
  rows.onOpen();
  rows.onNats("disconnected", 90_000);
  const gaps = [...store.all()].map((row) => row.kind === "gap" && row.gap !== "dropped" && row);
  assertEquals(gaps.map((gap) => gap && [gap.from, gap.to !== undefined]), [
    [1000, true],
    [90_000, false],
  ]);
});

Deno.test("what is held back is bounded by its characters too", () => {
  const { store, feed: rows } = feed();
  rows.pause();
  for (let i = 0; i < 150; i++) rows.onLine("x".repeat(1_000_000));
  assert(rows.waiting <= 100, `${rows.waiting} MB wait`);
  rows.resume();
  assertEquals(store.size, 100);
});
