/**
 * Counts in words.
 *
 * @module
 */

/** A count with its noun, such as `1 line` or `1,234 lines`. */
export function countText(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
