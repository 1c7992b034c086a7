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

/**
 * The rows selected within `root`; undefined where nothing is, or something within one row alone.
 *
 * @param before What was selected last: an end that was scrolled out of the page is still where it was.
 */
export function selectedRows(root: ShadowRoot, before?: SelectedRows): SelectedRows | undefined {
  const range = selectedRange(root);
  const first = range && (rowAt(range.startContainer) ?? gone(range.startContainer, before?.first));
  const last = range && (rowAt(range.endContainer) ?? gone(range.endContainer, before?.last));
  if (first === undefined || last === undefined || first === last) return undefined;
  return { first: Math.min(first, last), last: Math.max(first, last) };
}

/** Whether some text within `root` is selected. */
export function hasSelection(root: ShadowRoot): boolean {
  const range = selectedRange(root);
  return range !== undefined && rowAt(range.startContainer) !== undefined &&
    (range.startContainer !== range.endContainer || range.startOffset !== range.endOffset);
}

/** The rows that hold the focus, or an end of the selection. */
export function heldRows(root: ShadowRoot): number[] {
  const range = selectedRange(root);
  const nodes = [root.activeElement, range?.startContainer, range?.endContainer];
  return nodes.map((node) => node ? rowAt(node) : undefined).filter((id) => id !== undefined);
}

/** An end whose row is not in the page any more is where the rows are. */
function gone(node: Node, before: number | undefined): number | undefined {
  return node instanceof Element && node.matches(".block") ? before : undefined;
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
