/**
 * The lines that tests read from VictoriaLogs.
 *
 * @module
 */
import { SAMPLE_APPS, type SampleLine, sampleLines } from "../../../tools/sample_logs.ts";

/** When the first line was logged. */
export const START = Date.parse("2025-03-01T12:00:00Z");

type Json = Record<string, unknown>;

/** Returns a line of Fly's. */
export function flyLine(message: unknown, over: Json = {}): SampleLine {
  const { app = "web", machine = "m1", region = "dfw", ...rest } = over;
  return {
    subject: `logs.${app}.${region}.${machine}`,
    payload: JSON.stringify({
      event: { provider: "app" },
      fly: { app: { instance: machine, name: app }, region },
      host: "9c2f",
      log: { level: "info" },
      message,
      timestamp: "2025-03-01T12:00:00Z",
      ...rest,
    }),
  };
}

/** Lines of the demo's apps: about 20 from each, two seconds apart. */
export const SAMPLES: readonly SampleLine[] = SAMPLE_APPS.flatMap((app, index) => {
  const random = randomOf(index + 1);
  return Array.from({ length: 12 }, (_, i) => {
    const lines = sampleLines(app, random, new Date(START + i * 2_000 + index * 100));
    return lines.map((line) => ({
      ...line,
      // Fly's times have no zeros at their end, as Go prints them.
      payload: line.payload.replace(/0+Z"\}$/, 'Z"}'),
    }));
  }).flat();
});

/** A line of another app, printed by an app that collects logs. */
const COLLECTED = JSON.parse(flyLine("of another app", { app: "victim" }).payload);

/** Lines whose storage is unusual, by what is unusual about them. */
export const UNUSUAL = {
  winston: flyLine('{"level":"warn","message":"slow query","ms":812,"db":{"table":"orders"}}'),
  pino: flyLine('{"level":30,"time":1740830400123,"msg":"listening"}', {
    timestamp: "2025-03-01T12:00:01.000000001Z",
  }),
  ownTime: flyLine('{"timestamp":"2025-03-01T14:00:02.5+02:00","message":"own time"}', {
    timestamp: "2025-03-01T12:00:02.7Z",
  }),
  empty: flyLine("", { timestamp: "2025-03-01T12:00:03Z" }),
  text: flyLine("  \x1b[1mbold\x1b[0m\tü 🥪 \u2028 \"'\\ \n", {
    timestamp: "2025-03-01T12:00:04Z",
  }),
  number: flyLine("42", { timestamp: "2025-03-01T12:00:05Z" }),
  otherRegion: flyLine("in ams", { region: "ams", timestamp: "2025-03-01T12:00:06Z" }),
  otherMachine: flyLine("on m2", { machine: "m2", timestamp: "2025-03-01T12:00:07Z" }),
  victim: flyLine("its own line", { app: "victim" }),
  collector: flyLine(JSON.stringify(COLLECTED), { app: "collector" }),
} satisfies Record<string, SampleLine>;

/** Five lines at one time. */
export const TIED: readonly SampleLine[] = ["Error: no", "  at c", "  at b", "  at a", "  at a"]
  .map((message) => flyLine(message, { app: "tied" }));

/** All of them. */
export const STORED_LINES: readonly SampleLine[] = [
  ...SAMPLES,
  ...Object.values(UNUSUAL),
  ...TIED,
];

/**
 * Returns what fly-telemetry's Vector sends to VictoriaLogs for a line:
 * `. = parse_json!(.message)`, `. = merge!(., parse_json(.message) ?? {})`, and two fields of its source. Only
 * without the merge does it send JSON that is not an object.
 */
export function fromVector({ subject, payload }: SampleLine): string {
  const line = JSON.parse(payload);
  const merged = { ...line, ...parseObject(line.message) };
  return JSON.stringify({ source_type: "nats", subject, ...merged });
}

function parseObject(text: string): Json {
  return text.startsWith("{") ? JSON.parse(text) : {};
}

/** Returns a replacement for `Math.random()` that always gives the same numbers. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => (state = state * 48_271 % 2_147_483_647) / 2_147_483_647;
}
