/**
 * What a screen reader says of a row.
 *
 * @module
 */
import { contentOf } from "../message/content.ts";
import type { Line } from "../rows/row.ts";

/** Maximum number of characters of a message that are read out. */
const MAX_LENGTH = 300;
const MAX_VALUE_LENGTH = 40;

/** A line as it is read: time, level, where it comes from, and the message. */
export function rowLabel(line: Line, time: string): string {
  let text = "";
  for (const span of contentOf(line, false).spans) {
    text += span.text;
    if (text.length > MAX_LENGTH) break;
  }
  const { level, region, machine } = line;
  const values = [level, region, machine].map((value) => value.slice(0, MAX_VALUE_LENGTH));
  return [time, ...values, text.slice(0, MAX_LENGTH)].filter((part) => part !== "").join(" ");
}
