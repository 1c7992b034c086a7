/**
 * Made-up log lines in Fly's format, for the demo: several apps, each with its own loggers, regions and
 * machines, and the kinds of messages that real apps log.
 *
 * @module
 */
import { type Dice, type Logger, LOGGERS } from "./sample_loggers.ts";

/** An app of the demo. */
export interface SampleApp {
  readonly name: string;
  readonly loggers: readonly Logger[];
  readonly machines: readonly Readonly<Record<"id" | "region" | "host", string>>[];
}

/** A log line and the subject that it is published to. */
export interface SampleLine {
  readonly subject: string;
  readonly payload: string;
}

type Provider = "app" | "proxy" | "runner";
type Level = "debug" | "info" | "warn" | "error";

/** A kind of log output: one or more lines that a machine logs together. */
interface SampleKind {
  /** Frequency relative to the other kinds. */
  readonly weight: number;
  readonly provider: Provider;
  readonly level: Level;
  readonly messages: (dice: Dice, app: SampleApp, now: Date) => string[];
}

/** The period of {@linkcode sampleBacklog}. */
const BACKLOG_MS = 600_000;
/** How many times the apps log in this period, in turn; often more than one line. */
const BACKLOG_BURSTS = 900;

/** The apps of the demo. */
export const SAMPLE_APPS: readonly SampleApp[] = [
  app("panini-786", [
    ["d896d7c609dd68", "dfw", "9c2f"],
    ["e2865013d24908", "dfw", "41ab"],
    ["3d8d9e44b19e89", "ams", "b07e"],
  ]),
  app("pickle-api", [["9080e6f3a12345", "fra", "7d10"], ["148e272fe60389", "iad", "c3a9"]]),
  app("mustard-worker", [["7815559f4e0d28", "iad", "c3a9"], ["568349e1c75d83", "gru", "2e5b"]]),
];

function app(
  name: keyof typeof LOGGERS,
  machines: [id: string, region: string, host: string][],
): SampleApp {
  return {
    name,
    loggers: LOGGERS[name],
    machines: machines.map(([id, region, host]) => ({ id, region, host })),
  };
}

const PATHS = "/ /healthz /menu /orders /orders/8812 /cart /login /api/v2/me".split(" ");
const GREETINGS = [
  "Bestellung für Łukasz bestätigt 🥪",
  "注文を受け付けました",
  "¡Pedido listo! ✅",
];

const SAMPLE_KINDS: readonly SampleKind[] = [
  kind(40, "app", "info", ({ pick, upTo }) => [
    `${pick(["GET", "GET", "POST"])} ${pick(PATHS)} 200 ${upTo(40)}ms`,
  ]),
  kind(12, "app", "info", ({ pick, upTo }) => [
    `\x1b[2m${pick(PATHS)}\x1b[0m \x1b[32m200\x1b[0m in \x1b[36m${upTo(9)}.${upTo(9)}ms\x1b[0m`,
  ]),
  kind(40, "app", "info", (dice, { loggers }, now) => [dice.pick(loggers)(dice, now)]),
  kind(8, "app", "debug", ({ pick, upTo }) => [
    `cache ${pick(["hit", "miss"])}\tmenu:${upTo(50)}\tttl=${upTo(300)}s`,
  ]),
  kind(6, "app", "info", ({ pick }) => [pick(GREETINGS)]),
  kind(2, "app", "info", () => [""]),
  kind(5, "app", "warn", ({ upTo }) => [
    `\x1b[33mWARN\x1b[0m slow query (${200 + upTo(900)} ms): SELECT * FROM orders`,
  ]),
  kind(4, "proxy", "error", () => [
    "[PR04] could not find a good candidate within 21 attempts at load balancing",
  ]),
  kind(5, "runner", "info", () => [
    "Health check 'servicecheck-00-http-8080' on port 8080 is now passing.",
  ]),
  kind(3, "runner", "info", ({ upTo }) => [
    ...["Starting machine", "Configuring firecracker", `Machine started in ${upTo(900)}ms`],
  ]),
  kind(2, "app", "error", () => [
    "TypeError: Cannot read properties of undefined (reading 'price')",
    "    at total (file:///app/cart.ts:41:23)",
    "    at Array.map (<anonymous>)",
    "    at checkout (file:///app/routes/cart.ts:88:17)",
    "    at async dispatch (file:///app/server.ts:12:5)",
  ]),
  kind(1, "app", "info", () => Array.from({ length: 20 }, (_, i) => `imported batch ${i + 1}/20`)),
];

function kind(
  weight: number,
  provider: Provider,
  level: Level,
  messages: SampleKind["messages"],
): SampleKind {
  return { weight, provider, level, messages };
}

/**
 * Returns what one of the app's machines logs next: usually a single line, sometimes several.
 *
 * @param random A replacement for `Math.random()`. The same numbers and the same `now` give the same lines.
 * @param now When the first of the lines is logged.
 */
export function sampleLines(
  app: SampleApp,
  random: () => number = Math.random,
  now: Date = new Date(),
): SampleLine[] {
  const dice = diceOf(random);
  const machine = dice.pick(app.machines);
  const { provider, level, messages } = pickKind(random);
  const millis = now.toISOString().slice(0, -1);
  return messages(dice, app, now).map((message, index) => ({
    subject: `logs.${app.name}.${machine.region}.${machine.id}`,
    payload: JSON.stringify({
      event: { provider },
      fly: { app: { instance: machine.id, name: app.name }, region: machine.region },
      host: machine.host,
      log: { level },
      message,
      // Fly's timestamps have nanoseconds; lines logged together differ in digits that a Date lacks.
      timestamp: `${millis}${String(index * 1000 + dice.upTo(999)).padStart(6, "0")}Z`,
    }),
  }));
}

/**
 * Returns what all apps logged over the last {@linkcode BACKLOG_MS}: a few hundred lines each, oldest first.
 *
 * @param random A replacement for `Math.random()`, as in {@linkcode sampleLines}.
 * @param now When the period ends.
 */
export function sampleBacklog(random: () => number = Math.random, now = new Date()): SampleLine[] {
  const start = now.getTime() - BACKLOG_MS;
  const times = Array.from({ length: BACKLOG_BURSTS }, () => start + random() * BACKLOG_MS);
  return times.sort((a, b) => a - b)
    .flatMap((time, index) =>
      sampleLines(SAMPLE_APPS[index % SAMPLE_APPS.length]!, random, new Date(time))
    );
}

function pickKind(random: () => number): SampleKind {
  const total = SAMPLE_KINDS.reduce((sum, { weight }) => sum + weight, 0);
  let rest = random() * total;
  return SAMPLE_KINDS.find(({ weight }) => (rest -= weight) < 0)!;
}

function diceOf(random: () => number): Dice {
  return {
    pick: (values) => values[Math.floor(random() * values.length)]!,
    upTo: (max) => Math.floor(random() * (max + 1)),
  };
}
