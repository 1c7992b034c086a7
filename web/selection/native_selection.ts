/**
 * Which rows the browser's own selection of text is in.
 *
 * @module
 */

/** The first and the last row of a selection. */
export interface SelectedRows {
  readonly first: number;
  readonly last: number;
}

/**
 * The selected rows; `undefined` if nothing is selected, or only text within one row.
 *
 * @param before The previous selection, which still has an end whose element was removed.
 */
export function selectedRows(root: ShadowRoot, before?: SelectedRows): SelectedRows | undefined {
  const range = selectedRange(root);
  const first = range && (rowAt(range.startContainer) ?? gone(range.startContainer, before?.first));
  const last = range && (rowAt(range.endContainer) ?? gone(range.endContainer, before?.last));
  if (first === undefined || last === undefined || first === last) return undefined;
  return { first: Math.min(first, last), last: Math.max(first, last) };
}

/** Whether text in a row is selected. */
export function hasSelection(root: ShadowRoot): boolean {
  const range = selectedRange(root);
  return range !== undefined && rowAt(range.startContainer) !== undefined &&
    (range.startContainer !== range.endContainer || range.startOffset !== range.endOffset);
}

/** Ids of the rows that have the focus or an end of the selection. */
export function heldRows(root: ShadowRoot): number[] {
  const range = selectedRange(root);
  const nodes = [root.activeElement, range?.startContainer, range?.endContainer];
  return nodes.map((node) => node ? rowAt(node) : undefined).filter((id) => id !== undefined);
}

/** When the element at an end is removed, the browser moves that end to the element around the rows. */
function gone(node: Node, before: number | undefined): number | undefined {
  return node instanceof Element && node.matches(".block") ? before : undefined;
}

/** Ordinary ranges end at the shadow root; composed ranges reach into it. */
function selectedRange(root: ShadowRoot): StaticRange | undefined {
  try {
    return getSelection()?.getComposedRanges({ shadowRoots: [root] })[0];
  } catch {
    // Older browsers lack the method or take other arguments; they copy the selected text as it is.
    return undefined;
  }
}

function rowAt(node: Node): number | undefined {
  const element = node instanceof Element ? node : node.parentElement;
  const id = element?.closest<HTMLElement>("[data-id]")?.dataset.id;
  return id === undefined ? undefined : Number(id);
}
