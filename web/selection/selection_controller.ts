/**
 * Selects rows, and copies them.
 *
 * @module
 */
import { copy } from "../export/clipboard.ts";
import { ROWS_PER_PART, toCopiedLines, toCopiedText } from "../export/download.ts";
import type { ListController } from "../list/list_controller.ts";
import type { NoteController } from "../panels/note.ts";
import { countText } from "../rows/count_text.ts";
import type { Row } from "../rows/row.ts";
import type { Store } from "../rows/store.ts";
import type { ViewerElement } from "../viewer_element.ts";
import { whileConnected } from "../while_connected.ts";
import { DragSelection } from "./drag_selection.ts";
import { hasSelection, type SelectedRows, selectedRows } from "./native_selection.ts";
import { PressController } from "./press_controller.ts";
import { selectionBarTemplate } from "./selection_bar.ts";
import { t } from "../texts/translate.ts";

/**
 * Rows are selected by dragging, Shift and a click, or by keyboard. Text within one row is selected by the browser, as is
 * everything on a touch screen.
 */
export class SelectionController {
  readonly #host: ViewerElement;
  readonly #store: Store;
  readonly #list: ListController;
  readonly #note: NoteController;
  readonly #drag: DragSelection;
  /** The rows of the browser's own selection. */
  #native: SelectedRows | undefined;

  constructor(host: ViewerElement, store: Store, list: ListController, note: NoteController) {
    this.#host = host;
    this.#store = store;
    this.#list = list;
    this.#note = note;
    this.#drag = new DragSelection(host, list);
    new PressController(host, list.scheduler);
    list.selection.onChange = () => {
      list.scheduler.draw();
      host.requestUpdate();
    };
    whileConnected(host, (options) => {
      document.addEventListener("selectionchange", () => this.#nativeChanged(), options);
    });
  }

  /** Handles the event `pointerdown` in the list. */
  readonly press = (event: PointerEvent): void => this.#drag.press(event);

  /** Handles the event `copy`. A selection of text within one row is left to the browser. */
  readonly copied = (event: ClipboardEvent): void => {
    if (event.target instanceof HTMLInputElement) return;
    const rows = this.#rows();
    if (rows.length === 0) return;
    event.preventDefault();
    if (rows.length > ROWS_PER_PART && navigator.clipboard) return void this.#copy(rows);
    event.clipboardData?.setData("text/plain", textOf(rows));
    this.#confirm(rows.length);
  };

  /** Copies the selected rows. Returns whether there are any. */
  copy(): boolean {
    const rows = this.#rows();
    if (rows.length === 0) return false;
    this.#copy(rows);
    return true;
  }

  async #copy(rows: readonly Row[]): Promise<void> {
    await copy(rows.length > ROWS_PER_PART ? toCopiedLines(rows) : textOf(rows));
    this.#confirm(rows.length);
  }

  /** Selects all rows that pass the filter. */
  selectAll(): void {
    const [first] = this.#store.all();
    const { visibleCount } = this.#store;
    if (first === undefined || visibleCount === 0) return;
    getSelection()?.removeAllRanges();
    this.#list.selection.select(first.id, this.#store.visibleAt(visibleCount - 1).id);
  }

  /** Deselects all rows. Returns whether any were selected. */
  clear(): boolean {
    const { selection } = this.#list;
    const wasEmpty = selection.isEmpty;
    selection.clear();
    return !wasEmpty;
  }

  /** Renders the bar that says how many rows are selected. */
  template(): unknown {
    return selectionBarTemplate({
      count: this.#drag.isActive ? 0 : this.#list.selection.count,
      onCopy: () => this.copy(),
      onClear: () => this.clear(),
    });
  }

  #rows(): Row[] {
    const { selection } = this.#list;
    if (!selection.isEmpty) return selection.rows();
    const native = selectedRows(this.#root, this.#native);
    if (native === undefined) return [];
    return [...this.#store.visible()].filter(({ id }) => id >= native.first && id <= native.last);
  }

  #confirm(count: number): void {
    this.#note.show(t("{lines} copied", { lines: countText(count, "line") }));
  }

  get #root(): ShadowRoot {
    return this.#host.renderRoot as ShadowRoot;
  }

  /** A selection must not scroll away while the reader makes it. */
  #nativeChanged(): void {
    this.#native = selectedRows(this.#root, this.#native);
    const { list, scheduler, selection } = this.#list;
    if (!hasSelection(this.#root)) return;
    selection.clear();
    if (!list?.following) return;
    list.stay();
    scheduler.updateRest();
  }
}

function textOf(rows: readonly Row[]): string {
  return rows.map(toCopiedText).join("\n");
}
