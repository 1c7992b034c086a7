/**
 * Says whether a stored and a live line are the same line.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { at, isJson, type Json } from "../../log_line/envelopes.ts";
import { toNanoseconds } from "./line_time.ts";

const decoder = new TextDecoder();

/**
 * Returns the key of a line: lines with the same machine, time and message have the same key. It is short, because
 * a stream keeps many.
 *
 * @param machine The ID of the machine.
 * @param time When the line was logged, as it is in the line.
 * @param message What the app printed.
 */
export function lineKey(machine: unknown, time: unknown, message: unknown): string {
  const content = [machine ?? "", toNanoseconds(time) ?? "", String(message ?? "")];
  return createHash("sha256").update(JSON.stringify(content)).digest("base64").slice(0, 22);
}

/**
 * Returns the keys that a live line may have in VictoriaLogs; none if it is not a line of Fly.
 *
 * If an app prints JSON, fly-telemetry's Vector replaces what Fly says by what the app says: the line is then
 * stored with the app's own `message` and `timestamp`. Other configurations leave it as it is. A line may
 * have been stored in either way.
 */
export function liveKeys(payload: Uint8Array): readonly string[] {
  const line = parseObject(decoder.decode(payload));
  if (line === undefined) return [];
  const own = typeof line.message === "string" ? parseObject(line.message) : undefined;
  const keys = [keyOf(line), ...(own === undefined ? [] : [keyOf({ ...line, ...own })])];
  return [...new Set(keys)];
}

function keyOf({ fly, timestamp, message }: Json): string {
  // VictoriaLogs stores the parts of an object in fields of their own.
  return lineKey(at(fly, "app", "instance"), timestamp, isJson(message) ? "" : message);
}

/** Parses a JSON object; `undefined` if `text` is none. */
export function parseObject(text: string): Json | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
