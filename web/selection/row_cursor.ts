/**
 * The row that keys act on.
 *
 * @module
 */
import type { Store } from "../rows/store.ts";

/** Ids of the first and the last row in view. */
export interface View {
  readonly top: number | undefined;
  readonly bottom: number | undefined;
}

/** Moves from row to row, among those that are visible. */
export class RowCursor {
  /** Called after the cursor has moved. */
  onChange: () => void = () => {};
  readonly #rows: Store;
  #id: number | undefined;
  #isShown = false;
  /** Whether the reader has gone elsewhere. */
  #isLeft = false;

  constructor(rows: Store) {
    this.#rows = rows;
  }

  /** Id of the row. */
  get id(): number | undefined {
    return this.#isLeft ? undefined : this.#id;
  }

  /** Id of the row where the cursor was last: a click with Shift selects the rows from there. */
  get last(): number | undefined {
    return this.#id;
  }

  /** Id of the row, if the cursor is shown: only after it was moved by keyboard. */
  get shown(): number | undefined {
    return this.#isShown ? this.id : undefined;
  }

  /** Moves to a row that was clicked. */
  place(id: number | undefined): void {
    const wasShown = this.#isShown;
    this.#id = id;
    this.#isShown = this.#isLeft = false;
    if (wasShown) this.onChange();
  }

  /** The reader goes to an end of the list: the next move is into the view there. */
  leave(): void {
    const wasShown = this.#isShown;
    this.#isShown = false;
    this.#isLeft = true;
    if (wasShown) this.onChange();
  }

  /**
   * Moves to the next row, or with -1 to the previous one; into the view, if it is not there.
   *
   * @param view Default: wherever the cursor is.
   * @returns The id of the row, or `undefined` if there are no rows.
   */
  move(by: 1 | -1, view?: View): number | undefined {
    const rows = this.#rows;
    if (rows.visibleCount === 0) return undefined;
    const { top = Infinity, bottom = Infinity } = view ?? {};
    const { id } = this;
    const isInView = id !== undefined && (view === undefined || id >= top && id <= bottom);
    const from = isInView ? id : by > 0 ? top : bottom;
    const step = isInView ? by : 0;
    const index = Math.max(0, Math.min(rows.visibleIndexOf(from) + step, rows.visibleCount - 1));
    this.#id = rows.visibleAt(index).id;
    this.#isShown = true;
    this.#isLeft = false;
    this.onChange();
    return this.#id;
  }
}
