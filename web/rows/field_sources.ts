/**
 * Where the fields of a line are looked for.
 *
 * @module
 */
import { parseLogLine } from "../../lib/log_line/log_line.ts";
import type { Line } from "./row.ts";

/** What a line says: the fields of the app's line first, then the message and the envelope, if they are JSON. */
export function sourcesOf({ payload }: Line): unknown[] {
  const { fields, text } = parseLogLine(payload);
  const texts = text === payload ? [text] : [text, payload];
  return [fields, ...texts.map(fromJson)];
}

/** A JSON object or array; `undefined` if the text is something else. */
function fromJson(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // It only looks like JSON.
  }
}
