/**
 * Splits spans where links and matches begin and end.
 *
 * @module
 */
import type { Span } from "./ansi.ts";
import {
  findMatches,
  type Match,
  type SearchBudget,
  searchBudget,
} from "../search/bounded_match.ts";
import { findLinks } from "./links.ts";

/** Text in one style that no link or match begins or ends in. */
export interface Segment extends Span {
  /** The link's address; `undefined` outside of links. */
  readonly href: string | undefined;
  readonly isMatch: boolean;
}

interface Range extends Match {
  readonly href?: string;
}

/**
 * Splits spans into segments. No text is lost.
 *
 * @param pattern Matches the text to highlight; must have the flag `g`.
 * @param budget Limits the search; several calls may share one.
 */
export function segmentsOf(
  spans: readonly Span[],
  pattern: RegExp | undefined,
  budget: SearchBudget = searchBudget(),
): Segment[] {
  const text = spans.map((span) => span.text).join("");
  const links = cursor(findLinks(text));
  const matches = cursor(pattern === undefined ? [] : findMatches(text, pattern, budget));
  const segments: Segment[] = [];
  let at = 0;
  for (const { text, className, css } of spans) {
    const end = at + text.length;
    for (let start = at; start < end;) {
      const [link, match] = [links(start), matches(start)];
      const next = Math.min(end, boundary(link, start), boundary(match, start));
      segments.push({
        text: text.slice(start - at, next - at),
        className,
        css,
        href: contains(link, start) ? link.href : undefined,
        isMatch: contains(match, start),
      });
      start = next;
    }
    at = end;
  }
  return segments;
}

/** Returns the range that contains a position, or the next one. Positions must not decrease. */
function cursor(ranges: readonly Range[]): (position: number) => Range | undefined {
  let index = 0;
  return (position) => {
    while (index < ranges.length && ranges[index]!.end <= position) index++;
    return ranges[index];
  };
}

function contains(range: Range | undefined, position: number): range is Range {
  return range !== undefined && range.start <= position;
}

function boundary(range: Range | undefined, position: number): number {
  if (range === undefined) return Infinity;
  return range.start > position ? range.start : range.end;
}
