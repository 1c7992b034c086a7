/**
 * The selected rows.
 *
 * @module
 */
import { charactersOf, type Row } from "../rows/row.ts";
import { MAX_CHARACTERS, type Store } from "../rows/store.ts";

/** Each kept row counts as at least this many characters, so that at most 10,000 of them are kept. */
const MIN_CHARACTERS = MAX_CHARACTERS / 10_000;

/** The ends of a selection, as ids of rows: where it began, and where it ends. */
interface Ends {
  readonly anchor: number;
  readonly focus: number;
}

/**
 * Selects the visible rows between two rows. It is kept as ids, because the elements of rows come and go while the
 * reader scrolls. Selected rows that are removed because of the limit remain selected, so that exactly what was
 * selected is copied.
 */
export class RowSelection {
  /** Called after the selection has changed. */
  onChange: () => void = () => {};
  readonly #rows: Store;
  #ends: Ends | undefined;
  /** Whether the reader is still selecting, so that rows after the last one may become selected. */
  #isOpen = false;
  #removed: Row[] = [];
  /** Number of characters in the removed rows that are kept for a selection that may begin before them. */
  #characters = 0;
  /** Id of the row where a selection may begin, until another row is pressed. */
  #pressed = Infinity;

  constructor(rows: Store) {
    this.#rows = rows;
    rows.onEvict = (row) => this.#evicted(row);
  }

  get isEmpty(): boolean {
    return this.#ends === undefined;
  }

  /** Id of the row where the selection began. */
  get anchor(): number | undefined {
    return this.#ends?.anchor;
  }

  /** Number of selected rows. */
  get count(): number {
    if (this.#ends === undefined) return 0;
    const [from, to] = this.#indexes();
    return this.#selected.length + to - from;
  }

  /** Whether the row with this `id` is selected, if it is visible. */
  has(id: number): boolean {
    if (this.#ends === undefined) return false;
    const { anchor, focus } = this.#ends;
    return id >= Math.min(anchor, focus) && id <= Math.max(anchor, focus);
  }

  /**
   * A selection may begin at this row, which is kept even if it is removed before.
   *
   * @param drawn The rows that the reader sees. The oldest ones may have been removed since they were drawn.
   */
  press(id: number, drawn: readonly Row[]): void {
    const first = this.#rows.visibleCount > 0 ? this.#rows.visibleAt(0).id : Infinity;
    this.#removed = drawn.filter((row) => row.id >= id && row.id < first);
    this.#pressed = id;
    this.#characters = 0;
  }

  /** Selects the rows from `anchor` to `focus`, until the reader has finished if `isOpen`. */
  select(anchor: number, focus: number, isOpen = false): void {
    const isSame = this.#ends?.anchor === anchor && this.#ends.focus === focus;
    if (this.#ends?.anchor !== anchor && this.#pressed !== anchor) this.#removed = [];
    this.#ends = { anchor, focus };
    this.#isOpen = isOpen;
    if (!isSame) this.onChange();
  }

  /** The reader has finished selecting. */
  close(): void {
    this.#isOpen = false;
  }

  clear(): void {
    if (this.#ends === undefined) return;
    this.#ends = undefined;
    this.#removed = [];
    this.onChange();
  }

  /** The selected rows, in the order of the list. */
  rows(): Row[] {
    const rows = this.#selected;
    const [from, to] = this.#indexes();
    for (let index = from; index < to; index++) rows.push(this.#rows.visibleAt(index));
    return rows;
  }

  /** The removed rows that are selected. */
  get #selected(): Row[] {
    return this.#removed.filter(({ id }) => this.has(id));
  }

  /** Index of the first selected row, and index after the last one. */
  #indexes(): [from: number, to: number] {
    if (this.#ends === undefined) return [0, 0];
    const { anchor, focus } = this.#ends;
    return [this.#indexOf(Math.min(anchor, focus)), this.#indexOf(Math.max(anchor, focus) + 1)];
  }

  /** Index of the first row whose id is at least `id`; the number of rows if there is none. */
  #indexOf(id: number): number {
    const index = this.#rows.visibleIndexOf(id);
    return index >= 0 && this.#rows.visibleAt(index).id < id ? index + 1 : Math.max(index, 0);
  }

  #evicted(row: Row): void {
    const { anchor = Infinity, focus = Infinity } = this.#ends ?? {};
    const mayBeSelected = this.#isOpen && row.id > Math.min(anchor, focus);
    if (this.has(row.id) || mayBeSelected) this.#removed.push(row);
    else if (row.id >= this.#pressed) {
      this.#removed.push(row);
      this.#characters += Math.max(MIN_CHARACTERS, charactersOf(row));
      if (this.#characters > MAX_CHARACTERS) {
        this.#pressed = Infinity;
        this.#removed = this.#selected;
      }
    }
  }
}
