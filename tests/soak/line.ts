/** The published lines: everything about a line follows from its number. */

/** The lines a stream shows: those of an app or of all (`"*"`), or of one region or machine. */
export interface Scope {
  readonly app: string;
  readonly region?: string;
  readonly machine?: string;
}

/** The app of every other line; its slow readers are the first to fall behind. */
export const LOUD = "loud";
/** All other apps. */
export const QUIET = Array.from({ length: 49 }, (_, index) => `quiet-${index}`);
const REGIONS = ["dfw", "iad"];
const MACHINES = ["m1", "m2"];

/** The text of lines, hostile to formats and parsers, and of various lengths. */
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

/** The app, region and machine of line `number`. */
export function scopeOf(number: number): Required<Scope> {
  const app = number % 2 === 0 ? LOUD : QUIET[(number >> 1) % QUIET.length]!;
  return { app, region: REGIONS[(number >> 3) % 2]!, machine: MACHINES[(number >> 5) % 2]! };
}

/** The payload of line `number`. */
export function payloadOf(number: number): string {
  return `${number} ${FILLERS[number % FILLERS.length]}`;
}

/** The number of a received line; throws unless its text is exactly that line's. */
export function numberOf(data: string): number {
  const number = parseInt(data, 10);
  if (data === SSE[number % FILLERS.length]?.(number) || data === payloadOf(number)) return number;
  throw new Error(`A line that was never published: ${JSON.stringify(data.slice(0, 200))}`);
}

/** Lines as an SSE parser returns them: with LF for each line break. */
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
