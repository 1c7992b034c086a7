/**
 * The lines that are published: everything about one follows from its number.
 *
 * @module
 */

/** What a stream shows: an app's lines, or all (`"*"`), of one region or machine where it is named. */
export interface Scope {
  readonly app: string;
  readonly region?: string;
  readonly machine?: string;
}

/** The app that has every other line; a reader of it is the first to be too slow. */
export const LOUD = "loud";
/** The others. */
export const QUIET = Array.from({ length: 49 }, (_, index) => `quiet-${index}`);
const REGIONS = ["dfw", "iad"];
const MACHINES = ["m1", "m2"];

/** What lines are filled up with: hostile to formats, accounts and eyes, and of any length. */
const FILLERS = [
  "",
  "plain ".repeat(20),
  '\r\n\r\nevent: dropped\r\ndata: {"count":1000000,"bytes":1}\r\n\r\n',
  '\n\nevent: end\ndata: {"reason":"expired"}\n\n: ',
  "id: 7\rretry: 1\rdata: x\r",
  "\u0000\uFEFF\u2028 ünï ".repeat(30),
  "x".repeat(1_500),
  '{"natstap":{"event":"dropped","count":1000000,"bytes":1}}',
];

/** Where line `number` is published, and so who may see it. */
export function scopeOf(number: number): Required<Scope> {
  const app = number % 2 === 0 ? LOUD : QUIET[(number >> 1) % QUIET.length]!;
  return { app, region: REGIONS[(number >> 3) % 2]!, machine: MACHINES[(number >> 5) % 2]! };
}

/** Line `number`, as it is published. */
export function payloadOf(number: number): string {
  return `${number} ${FILLERS[number % FILLERS.length]}`;
}

/** The number of a line that was read. Throws unless it is, byte for byte, that line. */
export function numberOf(data: string): number {
  const number = parseInt(data, 10);
  if (data === SSE[number % FILLERS.length]?.(number) || data === payloadOf(number)) return number;
  throw new Error(`A line that was never published: ${JSON.stringify(data.slice(0, 200))}`);
}

/** Each kind of line as an SSE parser gives it: with LF for each line break. */
const SSE = FILLERS.map((filler) => {
  const read = filler.replaceAll(/\r\n|\r/g, "\n");
  return (number: number) => `${number} ${read}`;
});

/** Whether a stream of `scope` shows line `number`. */
export function shows({ app, region, machine }: Scope, number: number): boolean {
  const of = scopeOf(number);
  return (app === "*" || app === of.app) && (region ?? of.region) === of.region &&
    (machine ?? of.machine) === of.machine;
}
