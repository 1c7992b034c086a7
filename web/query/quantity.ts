/**
 * Numbers with units, such as `500ms`, `1m2.5s` and `2KB`.
 *
 * @module
 */

/** A number, and what it is a number of; durations are in milliseconds, sizes in bytes. */
export interface Quantity {
  readonly number: number;
  readonly unit: Unit;
}

type Unit = "" | "time" | "size";

/** What a number with this unit is multiplied by. */
const FACTORS = {
  time: {
    ...{ ns: 1e-6, us: 1e-3, "µs": 1e-3, "μs": 1e-3, ms: 1 },
    ...{ s: 1000, sec: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 },
  },
  size: {
    ...{ b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 },
    ...{ kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 },
  },
  "": { "": 1, "%": 1 },
};
const UNITS = new Map(
  Object.entries(FACTORS).flatMap(([unit, factors]) =>
    Object.entries(factors).map(([name, factor]) => [name, { unit: unit as Unit, factor }])
  ),
);
const WHOLE = /^\s*[-+]?(?:(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?\s?[a-zµμ%]+){1,5}\s*$/i;
const PART = /(\d+(?:\.\d+)?|\.\d+)(e[-+]?\d+)?\s?([a-zµμ%]*)/gi;
const MAX_LENGTH = 40;

/** Reads a number with an optional unit; `undefined` if the text is something else. */
export function parseQuantity(text: string): Quantity | undefined {
  const number = text.trim() === "" ? NaN : Number(text);
  if (!Number.isNaN(number)) return { number, unit: "" };
  if (text.length > MAX_LENGTH || !WHOLE.test(text)) return undefined;
  let sum = 0;
  let unit: Unit | undefined;
  for (const [, digits, exponent = "", name] of text.matchAll(PART)) {
    const found = UNITS.get(name!.toLowerCase());
    if (found === undefined || (unit ?? found.unit) !== found.unit) return undefined;
    unit = found.unit;
    sum += Number(digits + exponent) * found.factor;
  }
  if (unit === undefined || Number.isNaN(sum)) return undefined;
  return { number: text.trim().startsWith("-") ? -sum : sum, unit };
}

/** Units at the end of a field's name, in milliseconds: `duration_ns`, `elapsedSeconds`. */
const NAMES: readonly [RegExp, number][] = [
  [/(?:_|\b)ns$|nano(?:second)?s?$/i, 1e-6],
  [/(?:_|\b)us$|micro(?:second)?s?$/i, 1e-3],
  [/(?:_|\b)s$|(?<!milli|micro|nano)sec(?:ond)?s?$/i, 1000],
];

/** The value of a field in the unit of `wanted`. A plain number is in milliseconds, unless the field's name says more. */
export function numberIn(value: Quantity, wanted: Quantity, name: string): number {
  if (wanted.unit !== "time" || value.unit !== "") return value.number;
  return value.number * (NAMES.find(([end]) => end.test(name))?.[1] ?? 1);
}
