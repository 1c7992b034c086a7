/**
 * The text of a line as it is shown: its message, followed by the other fields of the app's line.
 *
 * @module
 */
import { fieldsOf, type Line } from "../rows/row.ts";
import { plainText } from "./ansi.ts";
import { decodeStrings, inLine } from "./json.ts";

/** Maximum number of fields shown, and maximum lengths of a key and of a value, in characters. */
const SHOWN = { fields: 50, key: 100, value: 500 };
const ALL: typeof SHOWN = { fields: Infinity, key: Infinity, value: Infinity };

/** A field shown after a message. */
export interface ShownField {
  /** The key with `=`. */
  readonly name: string;
  readonly value: string;
}

/** The fields shown after the message of a structured line, and how many more there are. */
export function shownFields(line: Line, limits = SHOWN): ShownField[] {
  if (!line.isStructured) return [];
  const fields = fieldsOf(line);
  const shown: ShownField[] = [];
  let hidden = 0;
  for (const key in fields) {
    if (shown.length === limits.fields) hidden++;
    else {
      const name = limited(inLine(plainText(key)), limits.key);
      shown.push({ name: `${name}=`, value: valueText(fields[key], limits.value) });
    }
  }
  if (hidden > 0) shown.push({ name: "", value: `… ${hidden} more` });
  return shown;
}

/** The text that is searched: message and fields, without escape sequences, and with JSON's escapes decoded. */
export function shownText(line: Line): string {
  return textOf(line, SHOWN);
}

/** The text that is copied: like {@linkcode shownText}, but with all fields in full. */
export function completeText(line: Line): string {
  return textOf(line, ALL);
}

function textOf(line: Line, limits: typeof SHOWN): string {
  const message = shownMessage(line);
  if (!line.isStructured) return message;
  return [message, ...shownFields(line, limits).map(({ name, value }) => name + value)].join(" ");
}

/** The message without escape sequences. If it is JSON, its strings are decoded. */
function shownMessage({ message }: Line): string {
  const text = plainText(message);
  return /^\s*[{[]/.test(text) && text.includes("\\") ? decodeStrings(text) : text;
}

function valueText(value: unknown, max: number): string {
  const text = typeof value === "string" ? inLine(plainText(value)) : toJson(value);
  const end = limited(text, max);
  return typeof value === "string" && /\s|^$/.test(value) ? `"${end}"` : end;
}

function limited(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max)}…` : text;
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // Some engines cannot serialize deeply nested values.
    return "…";
  }
}
