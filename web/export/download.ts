/**
 * Converts rows to the content of a file.
 *
 * @module
 */
import { flyctlText } from "../../lib/log_line/flyctl_text.ts";
import { parseLogLine } from "../../lib/log_line/log_line.ts";
import { hasReservedKey } from "../../lib/stream/formats/reserved_key.ts";
import { plainText } from "../message/ansi.ts";
import { completeText } from "../message/shown_text.ts";
import type { Gap, Line, LiveMark, Row } from "../rows/row.ts";

/** `log` is plain text as in `?format=text`, without escape sequences; `ndjson` is as in `?format=ndjson`. */
export type FileKind = "log" | "ndjson";

const MEDIA_TYPES: Readonly<Record<FileKind, string>> = {
  log: "text/plain;charset=utf-8",
  ndjson: "application/x-ndjson",
};

/** Number of rows converted at a time, which takes about 20 ms. */
export const ROWS_PER_PART = 2000;

/** Converts the rows that are held at the time of the call. */
export async function toFile(rows: Iterable<Row>, kind: FileKind): Promise<Blob> {
  const write = kind === "log" ? toText : toJson;
  // The browser may move each blob to disk.
  const parts = await inParts([...rows], (part) => new Blob(part.map((row) => `${write(row)}\n`)));
  return new Blob(parts, { type: MEDIA_TYPES[kind] });
}

/** Converts rows to the text that is copied. */
export async function toCopiedLines(rows: readonly Row[]): Promise<string> {
  const parts = await inParts(rows, (part) => part.map(toCopiedText).join("\n"));
  return parts.join("\n");
}

/** Converts rows without blocking the page. */
async function inParts<T>(
  rows: readonly Row[],
  convert: (rows: readonly Row[]) => T,
): Promise<T[]> {
  const parts: T[] = [];
  for (let from = 0; from < rows.length; from += ROWS_PER_PART) {
    parts.push(convert(rows.slice(from, from + ROWS_PER_PART)));
    await new Promise((resolve) => setTimeout(resolve));
  }
  return parts;
}

/** A name that is valid on every file system, such as `panini-786-2026-11-20T20-42-11Z.log`. */
export function fileName(app: string, kind: FileKind, now: Date = new Date()): string {
  const time = now.toISOString().replace(/\.\d+/, "").replaceAll(":", "-");
  const name = app.replace(/[^\w-]/g, "") || "logs";
  return `${name}-${time}.${kind}`;
}

/** The row as in the service's `text` format, without escape sequences. */
export function toText(row: Row): string {
  if (row.kind !== "line") return `# ${words(eventOf(row))}`;
  if (row.more !== undefined) return linesOf(row).map(toText).join("\n");
  return plainText(flyctlText(parseLogLine(row.payload), row.received) ?? row.payload);
}

/** Like {@linkcode toText}, but a JSON line has the text that is shown, with all fields in full. */
export function toCopiedText(row: Row): string {
  if (row.kind !== "line" || row.more !== undefined) return toText(row);
  if (!row.isStructured && !row.message.includes("\\")) return toText(row);
  const parsed = parseLogLine(row.payload);
  const text = completeText(row);
  return plainText(flyctlText({ ...parsed, text }, row.received) ?? text);
}

/** The row as in the service's `ndjson` format: the payload if it is one line of JSON, else a JSON string. */
export function toJson(row: Row): string {
  if (row.kind !== "line") return JSON.stringify({ natstap: eventOf(row) });
  if (row.more !== undefined) return linesOf(row).map(toJson).join("\n");
  return isPlainJson(row.payload) ? row.payload : JSON.stringify(row.payload);
}

/** The lines of an entry, each as a row of its own. */
function linesOf({ more = [], ...first }: Line): Line[] {
  return [first, ...more];
}

/** Whether `payload` is one line of JSON that cannot be mistaken for a gap. */
function isPlainJson(payload: string): boolean {
  if (/[\r\n]/.test(payload)) return false;
  try {
    return !hasReservedKey(JSON.parse(payload));
  } catch {
    return false;
  }
}

/** A gap or a mark as an event; except for losses, as the service sends it. */
function eventOf(gap: Gap | LiveMark): Record<string, string | number> {
  if (gap.kind === "live") return { event: "live" };
  if (gap.gap === "history") return { event: "gap", reason: gap.reason };
  if (gap.gap === "dropped") return { event: "dropped", count: gap.count, bytes: gap.bytes };
  return { event: `${gap.gap} lost`, from: time(gap.from), to: time(gap.to) };
}

function words({ event, ...more }: Record<string, string | number>): string {
  return [event, ...Object.entries(more).map(([name, value]) => `${name}=${value}`)].join(" ");
}

function time(at: number | undefined): string {
  return at === undefined ? "?" : new Date(at).toISOString();
}
