import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { END_REASONS, type EndReason, retryAfter } from "../../../lib/stream/end_reasons.ts";

const DOCUMENTS = new URL("../../../docs/", import.meta.url);

for (const [reason, { cause, remedy }] of Object.entries(END_REASONS)) {
  Deno.test(`the documentation explains the end reason ${reason}`, async () => {
    const pages = ["../README.md", ...Array.from(Deno.readDirSync(DOCUMENTS), ({ name }) => name)]
      .filter((name) => name.endsWith(".md"));
    const texts = await Promise.all(
      pages.map((page) => Deno.readTextFile(new URL(page, DOCUMENTS))),
    );
    const row = `| \`${reason}\` | ${cause} | ${remedy} |`;
    assertStringIncludes(texts.join("\n").replaceAll(/ {2,}/g, " "), row);
  });
}

Deno.test("retryAfter() spreads reconnects after a shutdown between 0.5 and 5 s, and after nothing else", () => {
  const times = Array.from({ length: 1_000 }, () => retryAfter("shutdown")!);
  assert(times.every((time) => Number.isInteger(time) && time >= 500 && time <= 5_000));
  assert(Math.min(...times) < 1_000 && Math.max(...times) > 4_500, "The times are not spread");
  const others = (Object.keys(END_REASONS) as EndReason[]).filter((reason) =>
    reason !== "shutdown"
  );
  assertEquals(others.map(retryAfter), others.map(() => undefined));
});
