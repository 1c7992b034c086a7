/**
 * Spans cut where links and matches begin and end.
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

/** A piece of text that is all in one style, link and match. */
export interface Piece extends Span {
  /** Where it leads; `undefined` where it is no link. */
  readonly href: string | undefined;
  readonly isMatch: boolean;
}

interface Range extends Match {
  readonly href?: string;
}

/**
 * The pieces of spans. Their text is the spans' text.
 *
 * @param pattern What is highlighted; with the flag `g`.
 * @param budget Limits the search; several calls may share one.
 */
export function piecesOf(
  spans: readonly Span[],
  pattern: RegExp | undefined,
  budget: SearchBudget = searchBudget(),
): Piece[] {
  const text = spans.map((span) => span.text).join("");
  const links = cursor(findLinks(text));
  const matches = cursor(pattern === undefined ? [] : findMatches(text, pattern, budget));
  const pieces: Piece[] = [];
  let at = 0;
  for (const { text, className, css } of spans) {
    const end = at + text.length;
    for (let start = at; start < end;) {
      const [link, match] = [links(start), matches(start)];
      const next = Math.min(end, boundary(link, start), boundary(match, start));
      pieces.push({
        text: text.slice(start - at, next - at),
        className,
        css,
        href: holds(link, start) ? link.href : undefined,
        isMatch: holds(match, start),
      });
      start = next;
    }
    at = end;
  }
  return pieces;
}

/** The range that holds a position, or the next one after it; asked for growing positions. */
function cursor(ranges: readonly Range[]): (position: number) => Range | undefined {
  let index = 0;
  return (position) => {
    while (index < ranges.length && ranges[index]!.end <= position) index++;
    return ranges[index];
  };
}

function holds(range: Range | undefined, position: number): range is Range {
  return range !== undefined && range.start <= position;
}

function boundary(range: Range | undefined, position: number): number {
  if (range === undefined) return Infinity;
  return range.start > position ? range.start : range.end;
}
