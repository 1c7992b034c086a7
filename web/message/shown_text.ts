/**
 * The text of a line as it is shown: its message, and behind it the other fields of the app's line.
 *
 * @module
 */
import type { Line } from "../rows/row.ts";
import { plainText } from "./ansi.ts";
import { decodeStrings, inLine } from "./json.ts";

/** Maximum number of fields that are shown; the others are in the tree of the expanded line. */
const MAX_FIELDS = 50;
/** Maximum length of a field's key and value. Characters. */
const MAX_KEY_LENGTH = 100;
const MAX_VALUE_LENGTH = 500;

/** A field behind a message. */
export interface ShownField {
  /** The key with `=`. */
  readonly name: string;
  readonly value: string;
}

/** The fields that are shown behind the message of a structured line. */
export function shownFields({ isStructured, fields }: Line): ShownField[] {
  if (!isStructured) return [];
  const shown: ShownField[] = [];
  for (const key in fields) {
    if (shown.length === MAX_FIELDS) break;
    const name = limited(inLine(plainText(key)), MAX_KEY_LENGTH);
    shown.push({ name: `${name}=`, value: valueText(fields[key]) });
  }
  return shown;
}

/** The message and the fields, without escape sequences and with JSON's escapes decoded: what is searched. */
export function shownText(line: Line): string {
  const message = shownMessage(line);
  if (!line.isStructured) return message;
  return [message, ...shownFields(line).map(({ name, value }) => name + value)].join(" ");
}

/** The message without escape sequences. If it is JSON, its strings are decoded. */
export function shownMessage({ message }: Line): string {
  const text = plainText(message);
  return /^\s*[{[]/.test(text) && text.includes("\\") ? decodeStrings(text) : text;
}

function valueText(value: unknown): string {
  const text = typeof value === "string" ? inLine(plainText(value)) : toJson(value);
  const end = limited(text, MAX_VALUE_LENGTH);
  return typeof value === "string" && /\s|^$/.test(value) ? `"${end}"` : end;
}

function limited(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max)}…` : text;
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // It is nested too deeply for some engines.
    return "…";
  }
}
