import { assertEquals } from "@std/assert";
import { formatValue, scaleOf } from "../../tools/chart_scale.ts";

/** The marks of a scale as they are written. */
function marks(max: number, unit: string, fixed?: { min?: number; max?: number }): string[] {
  return scaleOf([0, max], unit, fixed).ticks.map((tick) => formatValue(tick, unit));
}

Deno.test("formatValue() writes values in Grafana's units", () => {
  const written: [value: number, unit: string, text: string][] = [
    [0, "short", "0"],
    [999.6, "short", "1 K"],
    [10_000, "short", "10 K"],
    [1_234_567, "short", "1.23 Mil"],
    [0.1 + 0.2, "short", "0.3"],
    [0, "bytes", "0 B"],
    [1023.9, "bytes", "1 KiB"],
    [262_144, "bytes", "256 KiB"],
    [1.5 * 2 ** 30, "bytes", "1.5 GiB"],
    [2 ** 21, "Bps", "2 MiB/s"],
    [0, "s", "0 s"],
    [0.000_25, "s", "250 µs"],
    [0.009_95, "s", "9.95 ms"],
    [0.9999, "s", "1 s"],
    [90, "s", "1.5 min"],
    [7200, "s", "2 h"],
    [0.012, "percentunit", "1.2%"],
    [0.005, "count:streams/s", "0.005 streams/s"],
    [12_500, "count:lines/s", "12.5 K lines/s"],
    [3, "reqps", "3 req/s"],
    [0, "bool_on_off", "Off"],
    [1, "bool_yes_no", "Yes"],
    [NaN, "s", "no data"],
    [Infinity, "s", "no data"],
  ];
  for (const [value, unit, text] of written) assertEquals(formatValue(value, unit), text);
});

Deno.test("scaleOf() marks round numbers of the unit, from 0 to beyond the highest value", () => {
  assertEquals(marks(47, "short"), ["0", "10", "20", "30", "40", "50"]);
  assertEquals(marks(50, "short"), ["0", "10", "20", "30", "40", "50"]);
  assertEquals(marks(0.7, "percentunit"), ["0%", "20%", "40%", "60%", "80%"]);
  assertEquals(marks(3.1 * 2 ** 20, "bytes"), ["0 B", "1 MiB", "2 MiB", "3 MiB", "4 MiB"]);
  assertEquals(marks(170, "s"), ["0 s", "1 min", "2 min", "3 min"]);
  assertEquals(scaleOf([-3, 4], "short").ticks, [-4, -2, 0, 2, 4]);
});

Deno.test("scaleOf() keeps to ends that are given", () => {
  assertEquals(scaleOf([0.2], "percentunit", { min: 0, max: 1 }).max, 1);
  assertEquals(marks(1, "bool_yes_no", { min: 0, max: 1 }), ["No", "Yes"]);
  assertEquals(scaleOf([5, 7], "short", { min: 4 }).ticks, [4, 5, 6, 7]);
});

Deno.test("scaleOf() has an axis where all is 0, and where there is nothing", () => {
  for (const unit of ["short", "bytes", "s", "percentunit", "reqps"]) {
    for (const values of [[0, 0], []]) {
      const { min, max, ticks } = scaleOf(values, unit);
      assertEquals([min, max > 0, ticks.length > 1], [0, true, true]);
    }
  }
});
