import { assertEquals } from "@std/assert";
import { LogRateLimit } from "../../../lib/telemetry/log_rate_limit.ts";

/** Creates a limit of 3 lines for each of 2 keys, and collects its summaries. */
function open() {
  const summaries: [key: string, count: number][] = [];
  const limit = new LogRateLimit({
    lines: 3,
    keys: 2,
    createSum: () => ({ count: 0 }),
    summarize: (key, { count }) => void summaries.push([key, count]),
  });
  /** Takes this many lines; returns the number that may be written. */
  const take = (key: string, lines: number) => {
    let written = 0;
    for (let i = 0; i < lines; i++) {
      const sum = limit.take(key, "shared");
      if (sum === undefined) written++;
      else sum.count++;
    }
    return written;
  };
  /** Ends the interval; returns its summaries. */
  const end = () => {
    limit.flush();
    return summaries.splice(0);
  };
  return { take, end };
}

Deno.test("LogRateLimit allows lines up to its limit, and sums up the others of the interval", () => {
  const { take, end } = open();
  assertEquals([take("a", 3), take("a", 2), end()], [3, 0, [["a", 2]]]);
  assertEquals(
    [take("a", 4), end()],
    [0, [["a", 4]]],
    "Only the summary while the limit is exceeded",
  );
  assertEquals([take("a", 3), end()], [0, [["a", 3]]]);
  assertEquals([take("a", 3), end()], [3, []], "Lines again after an interval below the limit");
  assertEquals(end(), []);
});

Deno.test("LogRateLimit never limits one key because of another", () => {
  const { take, end } = open();
  assertEquals([take("noisy", 100), take("quiet", 3)], [3, 3]);
  assertEquals(end(), [["noisy", 97]]);
  assertEquals([take("noisy", 100), take("quiet", 3)], [0, 3]);
  assertEquals(end(), [["noisy", 100]]);
  end();
});

Deno.test("LogRateLimit counts keys beyond its maximum together, and only in that interval", () => {
  const { take, end } = open();
  assertEquals(["a", "b", "c", "d", "c"].map((key) => take(key, 2)), [2, 2, 2, 1, 0]);
  assertEquals([take("a", 1), end()], [1, [["shared", 3]]]);
  assertEquals([take("c", 3), end()], [3, []]);
  end();
});
