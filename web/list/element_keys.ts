/**
 * Decides which element shows which row.
 *
 * @module
 */
import type { Row } from "../rows/row.ts";

/**
 * Assigns each drawn row a key, which stands for an element. As long as a row is drawn, it
 * keeps its key, and with it focus and selection; a new row reuses the key, and so the element, of a row that is
 * no longer drawn. At 5,000 lines per second, every frame shows new rows, and creating their elements took half
 * of the time.
 */
export class ElementKeys {
  #keys = new Map<number, number>();
  #count = 0;

  /**
   * Assigns keys to `rows`, and releases those of all others.
   *
   * @param held Ids of rows whose elements must not be reused, because they have the focus or a selection.
   */
  assign(rows: readonly Row[], held: readonly number[] = []): void {
    const kept = new Map<number, number>();
    for (const { id } of rows) {
      const key = this.#keys.get(id);
      if (key !== undefined) kept.set(id, key);
      this.#keys.delete(id);
    }
    for (const id of held) this.#keys.delete(id);
    const free = this.#keys.values();
    for (const { id } of rows) {
      if (!kept.has(id)) kept.set(id, free.next().value ?? this.#count++);
    }
    this.#keys = kept;
  }

  /** The key of a drawn row. */
  of(id: number): number {
    return this.#keys.get(id)!;
  }
}
