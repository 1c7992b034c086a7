/**
 * What of the list is selected.
 *
 * @module
 */

/** The first and the last row that a selection touches. */
export interface SelectedRows {
  readonly first: number;
  readonly last: number;
}

/** The rows selected within `root`; undefined where nothing is, or something within one row alone. */
export function selectedRows(root: ShadowRoot): SelectedRows | undefined {
  const range = selectedRange(root);
  const first = range && rowAt(range.startContainer);
  const last = range && rowAt(range.endContainer);
  if (first === undefined || last === undefined || first === last) return undefined;
  return { first: Math.min(first, last), last: Math.max(first, last) };
}

/** Whether some text within `root` is selected. */
export function hasSelection(root: ShadowRoot): boolean {
  const range = selectedRange(root);
  return range !== undefined && rowAt(range.startContainer) !== undefined &&
    (range.startContainer !== range.endContainer || range.startOffset !== range.endOffset);
}

/** A selection seen from outside ends at the shadow root: this one is seen from within. */
function selectedRange(root: ShadowRoot): StaticRange | undefined {
  try {
    return getSelection()?.getComposedRanges({ shadowRoots: [root] })[0];
  } catch {
    // Older browsers have none, or with other arguments: they copy what is selected as it is.
    return undefined;
  }
}

function rowAt(node: Node): number | undefined {
  const element = node instanceof Element ? node : node.parentElement;
  const id = element?.closest<HTMLElement>("[data-id]")?.dataset.id;
  return id === undefined ? undefined : Number(id);
}
