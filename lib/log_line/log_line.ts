/**
 * Parses log lines, in the service and in the browser.
 *
 * @module
 */
import { type Envelope, ENVELOPES, isJson, type Json, toNumber } from "./envelopes.ts";
import { parseLogfmt } from "./parse_logfmt.ts";
import { findPart } from "./loggers.ts";
import { levelInText } from "./plain_text.ts";
import { levelName, type Severity, severityOf } from "./severity.ts";
import { leadingTime, parseTime } from "./time.ts";

/** A log line. An unknown part is `""` unless noted otherwise. */
export interface LogLine {
  /** When the line was written, in milliseconds since the epoch; `undefined` if unknown. */
  readonly time: number | undefined;
  /** The same time in the form in which the line has it. */
  readonly timestamp: string;
  /** What the app calls its level, in lower case; the logger's name for it if it is a number. */
  readonly level: string;
  readonly severity: Severity;
  /** What the app said, without the other fields if its line is JSON or logfmt. */
  readonly message: string;
  /** What printed the line: `app`, `proxy` or `runner` on Fly, the container's name on Kubernetes. */
  readonly provider: string;
  readonly region: string;
  readonly machine: string;
  /** The other fields of the app's line, if it is JSON or logfmt. */
  readonly fields: Json;
  /** The app's line as it was printed, without its envelope. */
  readonly text: string;
  /** Which collector's envelope the line came in, such as `fly`. */
  readonly envelope: string;
}

/** What the app's own line says. */
type AppLine = Pick<LogLine, "level" | "message" | "fields"> & {
  readonly time: unknown;
  readonly machine: string;
};

/** Maximum number of characters of a level; longer text is not a level. */
const MAX_LEVEL = 32;
/** Maximum number of characters of text that is parsed as logfmt or searched for a level. */
const MAX_TEXT = 65_536;

const DIGITS = /^\d+$/;
/** What every time of day contains. */
const CLOCK = /\d:\d\d/;
const NO_FIELDS: Json = {};
// deno-lint-ignore no-control-regex
const ESCAPE_SEQUENCES = /\x1b\[[\d;:]*[A-Za-z]/g;

/**
 * Reads a log line. Never throws, whatever `payload` contains.
 *
 * @example
 * ```ts
 * parseLogLine('{"level":50,"msg":"payment failed"}').severity; // "error"
 * ```
 */
export function parseLogLine(payload: string): LogLine {
  try {
    return readLogLine(payload);
  } catch {
    // An error in one line must not interrupt the delivery of all apps' lines.
    return toLogLine(plainLine(payload), payload);
  }
}

/** The parser without its `catch`, so that tests can check that it never throws. */
export function readLogLine(payload: string): LogLine {
  const json = parseJson(payload);
  const envelope = json && ENVELOPES.find(({ matches }) => matches(json));
  if (json === undefined || envelope === undefined) {
    const app = json === undefined ? fromText(payload) : fromJson(json, payload, true);
    return toLogLine(app, payload);
  }
  const message = envelope.message(json);
  const text = toText(message);
  const inner = isJson(message) ? message : parseJson(text);
  const app = inner === undefined
    ? fromText(text)
    : fromJson(inner, text, nameFrom(envelope.machine?.(json)) === "");
  return toLogLine(app, text, json, envelope);
}

function toLogLine(
  app: AppLine,
  text: string,
  json: Json = NO_FIELDS,
  envelope?: Envelope,
): LogLine {
  const level = app.level || levelFrom(envelope?.level?.(json));
  const written = envelope?.time(json) ?? app.time;
  const time = timeFrom(written);
  return {
    time,
    timestamp: timestampFrom(written, time),
    level,
    severity: severityOf(level),
    message: app.message,
    provider: nameFrom(envelope?.provider?.(json)),
    region: nameFrom(envelope?.region?.(json)),
    machine: nameFrom(envelope?.machine?.(json)) || app.machine,
    fields: app.fields,
    text,
    envelope: envelope?.name ?? "",
  };
}

/** @param hasMachine Whether the line itself may name its machine, because no envelope does. */
function fromJson(json: Json, text: string, hasMachine: boolean): AppLine {
  const level = findLevel(json);
  const message = findPart(json, "message", (value) => typeof value === "string");
  const time = findPart(json, "time", isTime);
  const machine = hasMachine
    ? findPart(json, "machine", (value) => typeof value === "string")
    : undefined;
  const taken = [level?.key, message?.key, time?.key, machine?.key];
  const fields = Object.fromEntries(Object.entries(json).filter(([key]) => !taken.includes(key)));
  return {
    level: levelFrom(level?.value) || levelByShape(json),
    message: message === undefined ? text : message.value as string,
    time: time?.value,
    machine: nameFrom(machine?.value),
    fields,
  };
}

/** Serilog's compact format leaves out the level of an informational line. */
function levelByShape(json: Json): string {
  return json["@t"] !== undefined && (json["@m"] ?? json["@mt"]) !== undefined ? "information" : "";
}

function plainLine(text: string): AppLine {
  return { level: "", message: text, time: undefined, machine: "", fields: NO_FIELDS };
}

function fromText(text: string): AppLine {
  const none = plainLine(text);
  if (text.length > MAX_TEXT) return none;
  const plain = text.includes("\x1b") ? text.replaceAll(ESCAPE_SEQUENCES, "") : text;
  const pairs = /^\s*[\w.@/-]+=/.test(plain) ? parseLogfmt(plain) : undefined;
  if (pairs !== undefined) {
    const line = fromJson(Object.fromEntries(pairs), text, false);
    if (pairs.size > 1 || line.level !== "") return line;
  }
  const level = levelInText(plain);
  if (!/^[[(]?\d/.test(plain)) return level === "" ? none : { ...none, level };
  return { ...none, level, time: leadingTime(plain.replace(/^[[(]/, "")) };
}

function parseJson(text: string): Json | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : fromFluentBit(value);
  } catch {
    return undefined;
  }
}

/** What Fluent Bit's NATS output sends: records, each with its time. Only the first is used. */
function fromFluentBit(value: unknown): Json | undefined {
  const [first] = Array.isArray(value) ? value : [];
  if (!Array.isArray(first) || typeof first[0] !== "number" || !isJson(first[1])) return undefined;
  return { date: first[0], ...first[1] };
}

/** The level in `value`, in lower case; `""` if it is not one. */
function levelFrom(value: unknown): string {
  if (typeof value === "number") return levelName(value);
  if (typeof value !== "string" || value.length > MAX_LEVEL) return "";
  // Most levels need no conversion.
  if (severityOf(value) !== "none" && !DIGITS.test(value)) return value;
  const level = value.replaceAll(ESCAPE_SEQUENCES, "").trim().toLowerCase();
  return DIGITS.test(level) ? levelName(Number(level)) : level;
}

/** The first level that is known; the first of all if none is. */
function findLevel(json: Json): ReturnType<typeof findPart> {
  let first: ReturnType<typeof findPart>;
  const known = findPart(json, "level", (value, key) => {
    if (!isLevel(value, key)) return false;
    first ??= { key, value };
    return severityOf(levelFrom(value)) !== "none";
  });
  return known ?? first;
}

function isLevel(value: unknown, key: string): boolean {
  const level = levelFrom(value);
  if (key !== "at") return level !== "";
  // Heroku's router writes `at=info`. Elsewhere, it is a place or a time.
  return typeof value === "string" && /\D/.test(value) && severityOf(level) !== "none";
}

/** Milliseconds since the epoch. */
function timeFrom(value: unknown): number | undefined {
  if (!isJson(value)) return parseTime(value);
  // log4j and GCP: seconds and nanoseconds.
  const seconds = toNumber(value.epochSecond ?? value.seconds);
  return parseTime(seconds + toNumber(value.nanoOfSecond ?? value.nanos ?? 0) / 1e9);
}

function timestampFrom(value: unknown, time: number | undefined): string {
  if (typeof value === "string" && (time === undefined || /\D/.test(value))) return value;
  return time === undefined ? "" : new Date(time).toISOString();
}

/** Whether `value` is a time, even without its zone; not a duration such as `12ms`. */
function isTime(value: unknown): boolean {
  return typeof value === "string" && CLOCK.test(value) || timeFrom(value) !== undefined;
}

function nameFrom(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function toText(message: unknown): string {
  if (typeof message === "string") return message;
  if (message === undefined || message === null) return "";
  try {
    return JSON.stringify(message);
  } catch {
    // It is nested too deeply for some engines.
    return "";
  }
}
