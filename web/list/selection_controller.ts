/**
 * Follows the selection of text in the list, and copies it.
 *
 * @module
 */
import { toCopiedText } from "../export/download.ts";
import type { NoteController } from "../panels/note.ts";
import type { Store } from "../rows/store.ts";
import type { ViewerElement } from "../viewer_element.ts";
import { whileConnected } from "../while_connected.ts";
import type { ListController } from "./list_controller.ts";
import { hasSelection, type SelectedRows, selectedRows } from "./selection.ts";

/** Copies a selection of several rows as lines, including those that are out of view. */
export class SelectionController {
  readonly #host: ViewerElement;
  readonly #store: Store;
  readonly #list: ListController;
  readonly #note: NoteController;
  #selected: SelectedRows | undefined;

  constructor(host: ViewerElement, store: Store, list: ListController, note: NoteController) {
    this.#host = host;
    this.#store = store;
    this.#list = list;
    this.#note = note;
    whileConnected(host, (options) => {
      document.addEventListener("selectionchange", () => this.#selectionChanged(), options);
    });
  }

  /** Handles the event `copy`. A selection within one row is left to the browser. */
  copy(event: ClipboardEvent): void {
    const selected = selectedRows(this.#root, this.#selected);
    if (selected === undefined) return;
    const rows: string[] = [];
    for (const row of this.#store.visible()) {
      if (row.id >= selected.first && row.id <= selected.last) rows.push(toCopiedText(row));
    }
    event.clipboardData?.setData("text/plain", rows.join("\n"));
    event.preventDefault();
    this.#note.show(`${rows.length} lines copied`);
  }

  get #root(): ShadowRoot {
    return this.#host.renderRoot as ShadowRoot;
  }

  /** A selection must not scroll away while the reader makes it. */
  #selectionChanged(): void {
    this.#selected = selectedRows(this.#root, this.#selected);
    const { list, scheduler } = this.#list;
    if (!list?.following || !hasSelection(this.#root)) return;
    list.stay();
    scheduler.updateRest();
  }
}
