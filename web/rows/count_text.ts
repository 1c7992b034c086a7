/**
 * Counts in words.
 *
 * @module
 */

import { count } from "../texts/translate.ts";

type Noun = "line" | "more line" | "new line" | "error" | "byte" | "character" | "key" | "item";

/** A count with its noun, such as `1 line` or `1,234 lines`. */
export function countText(number: number, noun: Noun): string {
  return count(number, `{count} ${noun}s`);
}
