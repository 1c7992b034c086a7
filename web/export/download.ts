/**
 * The rows as a file.
 *
 * @module
 */
import { hasReservedKey } from "../../lib/stream/formats/reserved_key.ts";
import { plainText } from "../message/ansi.ts";
import { parseFlyLine } from "../rows/fly_line.ts";
import type { Gap, Row } from "../rows/row.ts";

/** For eyes, as `?format=text` prints them, but plain; or for programs, as `?format=ndjson` does. */
export type FileKind = "log" | "ndjson";

/** The media type of each. */
export const MEDIA_TYPES: Readonly<Record<FileKind, string>> = {
  log: "text/plain;charset=utf-8",
  ndjson: "application/x-ndjson",
};

/** Rows that are written at a time, which takes some 20 ms: the page is not to stand still. */
const ROWS_A_PART = 2000;

/** The rows, as they are now, as a file's content. */
export async function toFile(rows: Iterable<Row>, kind: FileKind): Promise<Blob> {
  const write = kind === "log" ? toText : toJson;
  const all = [...rows];
  const parts: Blob[] = [];
  for (let from = 0; from < all.length; from += ROWS_A_PART) {
    const lines = all.slice(from, from + ROWS_A_PART).map((row) => `${write(row)}\n`);
    // A blob of its own, which the browser may put on disk.
    parts.push(new Blob(lines));
    await new Promise((resolve) => setTimeout(resolve));
  }
  return new Blob(parts, { type: MEDIA_TYPES[kind] });
}

/** `APP-2026-11-20T20-42-11Z.log`: a name that every file system takes. */
export function fileName(app: string, kind: FileKind, now: Date = new Date()): string {
  const time = now.toISOString().replace(/\.\d+/, "").replaceAll(":", "-");
  const name = app.replace(/[^\w-]/g, "") || "logs";
  return `${name}-${time}.${kind}`;
}

/**
 * `timestamp provider[machine] region [level] message`, or any other payload; without the escape
 * sequences that only a terminal understands.
 */
export function toText(row: Row): string {
  if (row.kind === "gap") return `# ${words(facts(row))}`;
  const line = parseFlyLine(row.payload);
  if (line === undefined) return plainText(row.payload);
  const { timestamp, provider, machine, region, level, message } = line;
  return plainText(`${timestamp} ${provider}[${machine}] ${region} [${level}] ${message}`);
}

/** As the service's own `ndjson`: the payload as it was if it is one line of JSON, else a JSON string. */
export function toJson(row: Row): string {
  if (row.kind === "gap") return JSON.stringify({ natstap: facts(row) });
  return isPlainJson(row.payload) ? row.payload : JSON.stringify(row.payload);
}

/** Whether `payload` is JSON on one line, and could not be read as a gap. */
function isPlainJson(payload: string): boolean {
  if (/[\r\n]/.test(payload)) return false;
  try {
    return !hasReservedKey(JSON.parse(payload));
  } catch {
    return false;
  }
}

/** A gap in the service's own words, where it has them. */
function facts(gap: Gap): Record<string, string | number> {
  if (gap.gap === "dropped") return { event: "dropped", count: gap.count, bytes: gap.bytes };
  return { event: `${gap.gap} lost`, from: time(gap.from), to: time(gap.to) };
}

function words({ event, ...more }: Record<string, string | number>): string {
  return [event, ...Object.entries(more).map(([name, value]) => `${name}=${value}`)].join(" ");
}

function time(at: number | undefined): string {
  return at === undefined ? "?" : new Date(at).toISOString();
}
