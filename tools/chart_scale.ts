/**
 * Numbers on a chart's axis: which ones to mark, and how Grafana writes them in their unit.
 *
 * @module
 */

/** The part of an axis that a chart shows, and where it is marked. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
}

/** How many marks an axis has at most, beside the one at its start. */
const MAX_TICKS = 5;

const IEC = ["B", "KiB", "MiB", "GiB", "TiB"];
const SHORT = ["", " K", " Mil", " Bil"];
/** How a unit of truth names 0 and anything else. */
const WORDS: Readonly<Record<string, readonly [string, string]>> = {
  bool: ["False", "True"],
  bool_on_off: ["Off", "On"],
  bool_yes_no: ["No", "Yes"],
};
/** What Grafana's units of a rate count; `count:lines/s` names it itself. */
const RATES: Readonly<Record<string, string>> = { cps: "c/s", ops: "ops/s", reqps: "req/s" };

/**
 * A scale whose marks are round numbers of the unit, and which ends at one of them.
 *
 * @param fixed Ends that are not to follow from the values.
 */
export function scaleOf(
  values: Iterable<number>,
  unit: string,
  fixed: { min?: number | undefined; max?: number | undefined } = {},
): Scale {
  let [low, high] = [fixed.min ?? 0, fixed.max ?? -Infinity];
  for (const value of values) {
    if (fixed.min === undefined && value < low) low = value;
    if (fixed.max === undefined && value > high) high = value;
  }
  // Where nothing happens the line lies on the ground, under an axis all the same.
  if (!(high > low)) high = low + smallest(unit);
  const step = roundStep((high - low) / MAX_TICKS, unit);
  const min = fixed.min ?? Math.floor(low / step) * step;
  const max = fixed.max ?? Math.ceil(high / step - 1e-9) * step;
  if (unit in WORDS) return { min, max, ticks: [0, 1] };
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  return { min, max, ticks };
}

/** A value as Grafana writes it in one of its units; an unknown unit is written as plain numbers. */
export function formatValue(value: number, unit = "short"): string {
  if (!Number.isFinite(value)) return "no data";
  const words = WORDS[unit];
  if (words !== undefined) return words[value === 0 ? 0 : 1];
  const magnitude = Math.abs(value);
  switch (unit) {
    case "bytes":
      return scaled(value, 1024, IEC);
    case "binBps":
    case "Bps":
      return `${scaled(value, 1024, IEC)}/s`;
    case "percent":
      return `${digits(value)}%`;
    case "percentunit":
      return `${digits(value * 100)}%`;
    case "s":
      if (magnitude === 0) return "0 s";
      if (magnitude < 0.000_999_5) return `${digits(value * 1e6)} µs`;
      if (magnitude < 0.999_5) return `${digits(value * 1000)} ms`;
      if (magnitude < 60) return `${digits(value)} s`;
      return magnitude < 3600 ? `${digits(value / 60)} min` : `${digits(value / 3600)} h`;
  }
  const number = scaled(value, 1000, SHORT, "");
  const [, counted = RATES[unit]] = /^count:(.*)$/.exec(unit) ?? [];
  return counted === undefined ? number : `${number} ${counted}`;
}

function scaled(value: number, base: number, names: readonly string[], gap = " "): string {
  const power = Math.floor(Math.log(Math.max(1, Math.abs(value) * 1.000_5)) / Math.log(base));
  const index = Math.min(names.length - 1, power);
  return `${digits(value / base ** index)}${gap}${names[index]}`;
}

/** Three digits, as many as tell the values of a chart apart. */
function digits(value: number): string {
  const rounded = Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return String(Math.abs(rounded) < 1e-6 ? 0 : rounded);
}

/** What an axis reaches where all values are 0. */
function smallest(unit: string): number {
  return unit === "bytes" ? 1024 : unit === "percentunit" ? 0.01 : unit === "s" ? 0.01 : 1;
}

/** The next round step: 1, 2, 5 times a power of ten; bytes are round in powers of two. */
function roundStep(step: number, unit: string): number {
  if (["bytes", "binBps", "Bps"].includes(unit)) return 2 ** Math.ceil(Math.log2(step) - 1e-9);
  const [base, rest] = unit === "s" && step > 12 ? [60, step / 60] : [1, step];
  const power = 10 ** Math.floor(Math.log10(rest));
  const factor = [1, 2, 5, 10].find((factor) => factor * power >= rest * (1 - 1e-9))!;
  return base * factor * power;
}
