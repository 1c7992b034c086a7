import { assert, assertEquals } from "@std/assert";
import { DeliveryLagSampler, lagOf } from "../../../lib/telemetry/delivery_lag.ts";
import { utf8 } from "../../../lib/stream/formats/format.ts";

const NOW = Date.parse("2026-11-20T20:42:11.500Z");

const lines: [payload: string, lag: number | undefined][] = [
  [`{"timestamp":"2026-11-20T20:42:11.123456789Z","message":"hello"}`, 377],
  [`{"timestamp":"2026-11-20T21:42:11.123+01:00"}`, 377],
  [`{"message":"later","timestamp":"2026-11-20T20:41:11.5Z"}`, 60_000],
  // The app's clock is ahead.
  [`{"timestamp":"2026-11-20T20:42:12.500Z"}`, 0],
  [`{"timestamp":"2036-11-20T20:42:12.500Z"}`, 0],
  [`{"timestamp":"2026-11-19T20:42:11.500Z"}`, 86_400_000],
  [`{"timestamp":"2026-11-19T20:42:11.499Z"}`, undefined],
  [`{"timestamp":"0001-01-01T00:00:00Z"}`, undefined],
  [`{"timestamp":"yesterday"}`, undefined],
  // A time that has no zone is unknown.
  [`{"timestamp":"2026-11-20T20:42:11.123"}`, undefined],
  [`{"timestamp":"2026"}`, undefined],
  [`{"timestamp":"2026-13-45T99:99:99Z"}`, undefined],
  [`{"timestamp":1795207331}`, 500],
  [`{"timestamp":1795207331.4}`, 100],
  [`{"level":30,"time":1795207331400,"msg":"pino"}`, 100],
  [`{"log":"docker","stream":"stdout","time":"2026-11-20T20:42:11.123456789Z"}`, 377],
  ["level=info time=2026-11-20T20:42:11.123Z msg=logfmt", 377],
  [`{"timestamp":7}`, undefined],
  [`{"timestamp":null}`, undefined],
  [`{"message":"none"}`, undefined],
  [`{"log":{"timestamp":"2026-11-20T20:42:11.123Z"}}`, undefined],
  [`{"timestamp":"2026-11-20T20:42:11.123Z"`, undefined],
  ["2026-11-20T20:42:11.123Z plain text", 377],
  ["2026-11-20 20:42:11,123 without a zone", undefined],
  ["", undefined],
  [`{"timestamp":"2026-11-20T20:42:11.123Z","message":"${"x".repeat(20_000)}"}`, undefined],
];

for (const [payload, lag] of lines) {
  const shown = payload.length > 80 ? `${payload.slice(0, 60)}…` : payload;
  Deno.test(`lagOf() is ${lag} for ${JSON.stringify(shown)}`, () => {
    assertEquals(lagOf(utf8(payload), NOW), lag);
  });
}

Deno.test("DeliveryLagSampler samples the first line, and then one in 64", () => {
  const lags: number[] = [];
  const sampler = new DeliveryLagSampler((lag) => void lags.push(lag));
  const now = utf8(JSON.stringify({ timestamp: new Date(Date.now() + 60_000) }));
  sampler.observe(now);
  assertEquals(lags, [0]);
  for (let i = 0; i < 64_000; i++) sampler.observe(now);
  assert(Math.abs(lags.length - 1_000) < 150, `${lags.length} of 64,000`);
});

Deno.test("DeliveryLagSampler samples each of 64 apps that log in turn", () => {
  const seen = new Set<number>();
  const sampler = new DeliveryLagSampler((lag) => void seen.add(Math.round(lag)));
  const lines = Array.from({ length: 64 }, (_, i) => {
    return utf8(JSON.stringify({ timestamp: new Date(Date.now() - i * 100_000) }));
  });
  for (let i = 0; i < 64_000; i++) sampler.observe(lines[i % 64]!);
  assert(seen.size >= 60, `${seen.size} of 64`);
});
