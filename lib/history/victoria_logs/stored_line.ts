/**
 * Rebuilds Fly's payload from what VictoriaLogs has stored.
 *
 * @module
 */
import { utf8 } from "../../stream/formats/format.ts";
import { ALL_APPS } from "../../nats/subject.ts";
import { lineKey, parseObject } from "./line_key.ts";
import { toNanoseconds } from "./line_time.ts";
import { FIELD, type ScopeNames } from "./logsql.ts";

/** A line of the past. */
export interface StoredLine {
  /** The payload as Fly published it, or as nearly as it can be rebuilt. */
  readonly payload: Uint8Array;
  /** When it was logged: {@linkcode toNanoseconds}. */
  readonly time: string;
  /** What identifies it: {@linkcode lineKey}. */
  readonly key: string;
}

/** The fields of a line by their names, in which `.` separates the keys of nested objects. */
type Row = Readonly<Record<string, unknown>>;

/** What VictoriaLogs stores instead of an empty message, unless it runs with `-defaultMsgValue`. */
const NO_MESSAGE = "missing _msg field; see https://";
/** The fields that are not part of a JSON message: Fly's, Vector's and VictoriaLogs's. */
const NOT_OF_APP = new Set<string>([
  ...Object.values(FIELD),
  ...["event.provider", "host", "log.level", "source_type", "subject"],
  ...["_msg", "_time", "_stream", "_stream_id"],
]);
/** A subject of Fly's. */
const SUBJECT = /^logs\.([^.]+)\.[^.]+\.[^.]+$/;

/**
 * Parses one line of the answer to a query.
 *
 * @returns `undefined` if it is not a line of Fly in this scope. The query matches no others, but an app's JSON
 * can contain Fly's fields: a program that prints other apps' lines would have its own stored as theirs. Vector
 * adds the subject that the line came from, unless the app's JSON has a field with that name.
 */
export function parseStoredLine(json: string, scope: ScopeNames): StoredLine | undefined {
  const row = parseObject(json);
  if (row === undefined || !isInScope(row, scope)) return undefined;
  const time = toNanoseconds(row._time);
  if (time === undefined) return undefined;
  const message = String(row._msg ?? "");
  const stored = message.startsWith(NO_MESSAGE) ? "" : message;
  return {
    payload: utf8(toPayload(row, stored)),
    time,
    key: lineKey(row[FIELD.machine], row._time, stored),
  };
}

function isInScope(row: Row, { app, region, machine }: ScopeNames): boolean {
  const name = row[FIELD.app];
  const source = typeof row.subject === "string" ? SUBJECT.exec(row.subject)?.[1] : undefined;
  return typeof name === "string" && (source === undefined || source === name) &&
    (app === ALL_APPS || name === app) &&
    (region === undefined || row[FIELD.region] === region) &&
    (machine === undefined || row[FIELD.machine] === machine);
}

function toPayload(row: Row, message: string): string {
  return JSON.stringify({
    event: { provider: row["event.provider"] },
    fly: { app: { instance: row[FIELD.machine], name: row[FIELD.app] }, region: row[FIELD.region] },
    host: row.host,
    log: { level: row["log.level"] },
    message: toMessage(row, message),
    timestamp: row._time,
  });
}

/** Returns what the app printed. JSON whose own `message` has replaced it is put together from its fields. */
function toMessage(row: Row, message: string): string {
  const fields = Object.entries(row).filter(([name]) => !NOT_OF_APP.has(name));
  if (fields.length === 0 || parseObject(message) !== undefined) return message;
  // All values are text here, and nested keys are one name.
  return JSON.stringify({ ...(message !== "" && { message }), ...Object.fromEntries(fields) });
}
