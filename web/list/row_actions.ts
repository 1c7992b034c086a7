/**
 * What a reader can do with a row: expand it, copy it, show it in context, or filter by its values.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit/html.js";
import { canExpand } from "../message/content.ts";
import { type Facet, FACET_NAMES } from "../rows/facets.ts";
import type { Line } from "../rows/row.ts";
import { hasSelection } from "../selection/native_selection.ts";
import { t } from "../texts/translate.ts";

/** Called when the reader clicks in a row. */
export interface RowActions {
  onExpand(line: Line): void;
  onCopy(line: Line): void;
  /** Absent if there are no links to lines. */
  readonly onLink?: ((line: Line) => void) | undefined;
  /** Absent if no filter hides the context. */
  readonly onContext?: ((line: Line) => void) | undefined;
  onFacet(facet: Facet, value: string, excludes: boolean): void;
  /** Called with the button of a value in the line, which has the field's name as data. */
  onValue(button: HTMLElement, line: Line): void;
}

/** Handles a click in a row: the first class of the button is the action, or a facet. */
export function handleClick(event: MouseEvent, line: Line, actions: RowActions): void {
  const clicked = clickedElement(event);
  // The release of a drag that has selected text in a link is a click on the link too.
  const hasDragged = event.detail > 0 && hasSelection(clicked?.getRootNode() as ShadowRoot);
  if (hasDragged && clicked?.closest("a")) event.preventDefault();
  const button = clicked?.closest("button");
  const action = button?.classList[0];
  if (action === "expand" || action === "more") actions.onExpand(line);
  else if (action === "context") actions.onContext?.(line);
  else if (action === "copy") actions.onCopy(line);
  else if (action === "link") actions.onLink?.(line);
  else if (action === "value") actions.onValue(button!, line);
  const facet = FACET_NAMES.find((name) => name === action);
  if (facet !== undefined && line[facet] !== "") actions.onFacet(facet, line[facet], event.altKey);
}

/**
 * The element that was clicked. Buttons that appear when the pointer is over their row can appear between the
 * press and the release, if the row has moved there; the browser then reports a click on the row.
 */
function clickedElement(event: MouseEvent): Element | null {
  const { target, currentTarget, clientX, clientY } = event;
  if (!(target instanceof Element)) return null;
  const isPointed = event.detail > 0 && (event as PointerEvent).pointerType !== "touch";
  const root = target.getRootNode() as ShadowRoot;
  if (!isPointed || target.closest("button, a, summary") || hasSelection(root)) return target;
  const found = root.elementFromPoint(clientX, clientY);
  return (currentTarget as Element).contains(found) ? found : target;
}

/**
 * The buttons at the end of a row, above its text.
 *
 * @param tabIndex Of the buttons: `-1` leaves them out of the tab order, except in the row at the cursor.
 */
export function actionsTemplate(
  { sequence }: Line,
  { onContext, onLink }: RowActions,
  tabIndex: number,
): TemplateResult {
  return html`
    <div class="actions">
      ${onContext === undefined ? nothing : html`
        <button class="context" tabindex=${tabIndex} title=${t("Show in context")} aria-label=${t(
          "Show in context",
        )}></button>
      `}
      ${onLink === undefined || sequence === undefined ? nothing : html`
        <button class="link" tabindex=${tabIndex} title=${t("Copy link")} aria-label=${t(
          "Copy link",
        )}></button>
      `}
      <button class="copy" tabindex=${tabIndex} title=${t("Copy line")} aria-label=${t(
        "Copy line",
      )}></button>
    </div>
  `;
}

/** The button that expands a long message, or the tree of a JSON message. */
export function expandTemplate(
  line: Line,
  isExpanded: boolean,
  tabIndex: number,
): TemplateResult | typeof nothing {
  if (!canExpand(line)) return nothing;
  const title = t(isExpanded ? "Collapse" : "Expand");
  return html`
    <button class="expand" tabindex=${tabIndex} title=${title} aria-label=${title}
      aria-expanded=${isExpanded}></button>
  `;
}
