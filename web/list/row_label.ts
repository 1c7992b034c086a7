/**
 * What a screen reader says of a row.
 *
 * @module
 */
import { contentOf } from "../message/content.ts";
import { countText } from "../rows/count_text.ts";
import { FACETS } from "../rows/facets.ts";
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
  const { level, region, machine, more } = line;
  const provider = line.provider === FACETS.provider.usualValue ? "" : line.provider;
  const values = [level, region, machine, provider].map((value) =>
    value.slice(0, MAX_VALUE_LENGTH)
  );
  const rest = more === undefined ? "" : countText(more.length, "more line");
  return [time, ...values, text.slice(0, MAX_LENGTH), rest].filter((part) => part !== "").join(" ");
}
