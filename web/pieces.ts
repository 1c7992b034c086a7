/**
 * Spans cut where links and matches begin and end.
 *
 * @module
 */
import type { Span } from "./ansi.ts";
import { findLinks } from "./links.ts";

/** A piece of text that is all in one style, link and match. */
export interface Piece extends Span {
  /** Where it leads; `undefined` where it is no link. */
  readonly href: string | undefined;
  readonly isMatch: boolean;
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly href?: string;
}

/** Each match is an element, and a slow expression costs by the length that it reads. */
const MOST_MATCHES = 500;
const LONGEST_SEARCHED = 65_536;
const SHORTEST = 256;
/** There may be a hundred rows in view. Milliseconds. */
const TOO_LONG = 2;

/** The pieces of spans. Their text is the spans' text. @param pattern With the flag `g`. */
export function piecesOf(spans: readonly Span[], pattern: RegExp | undefined): Piece[] {
  const text = spans.map((span) => span.text).join("");
  const links = cursor(findLinks(text));
  const matches = cursor(pattern === undefined ? [] : findMatches(text, pattern));
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

/** As much of the text is searched as can be in time: each part is half as long again as the last. */
function findMatches(text: string, pattern: RegExp): Range[] {
  const end = Math.min(text.length, LONGEST_SEARCHED);
  for (let length = SHORTEST;; length *= 1.5) {
    const begun = performance.now();
    const matches = matchesIn(text.slice(0, Math.min(length, end)), pattern);
    if (length >= end || performance.now() - begun > TOO_LONG) return matches;
  }
}

function matchesIn(text: string, pattern: RegExp): Range[] {
  const matches: Range[] = [];
  for (const { 0: found, index } of text.matchAll(pattern)) {
    if (found !== "") matches.push({ start: index, end: index + found.length });
    if (matches.length === MOST_MATCHES) break;
  }
  return matches;
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
