/**
 * Brings a match into view that is far from the beginning of its line.
 *
 * @module
 */
import { contentOf } from "../message/content.ts";
import { completeText } from "../message/shown_text.ts";
import type { Line } from "../rows/row.ts";
import { findMatches, searchBudget } from "../search/bounded_match.ts";

/** Space between a match and the edge of the view, in pixels: the button for new lines must not cover it. */
const MARGIN_PX = 64;

/** Whether a line has matches, but none in the part that is shown while it is collapsed. */
export function isMatchHidden(line: Line, pattern: RegExp | undefined): boolean {
  if (pattern === undefined) return false;
  const has = (text: string) => findMatches(text, pattern, searchBudget()).length > 0;
  const shown = contentOf(line, false).spans.map(({ text }) => text).join("");
  return !has(shown) && has(completeText(line));
}

/**
 * Scrolls to the first match in a row.
 *
 * @param onBeside Wraps the row: if the list were scrolled sideways, shorter rows would look empty.
 * @returns Whether the match is in view: if not, the row has yet to be drawn.
 */
export function scrollToMatch(scroller: HTMLElement, id: number, onBeside: () => void): boolean {
  const row = scroller.querySelector(`[data-id="${id}"]`);
  if (row === null) return false;
  const mark = row.querySelector("mark");
  if (mark === null) return true;
  let tree = mark.closest("details");
  while (tree !== null) {
    tree.open = true;
    tree = tree.parentElement!.closest("details");
  }
  const match = mark.getBoundingClientRect();
  const view = scroller.getBoundingClientRect();
  const middle = view.left + scroller.clientWidth / 2;
  const isBeside = match.left < view.left || match.right > view.left + scroller.clientWidth;
  if (isBeside && !row.matches(".wrap")) {
    onBeside();
    return false;
  }
  if (isBeside) scroller.scrollLeft += (match.left + match.right) / 2 - middle;
  const below = match.bottom - (view.top + scroller.clientHeight - MARGIN_PX);
  const above = view.top + MARGIN_PX - match.top;
  if (below > 0) scroller.scrollTop += below;
  else if (above > 0) scroller.scrollTop -= above;
  return true;
}
