/**
 * Which element shows which row.
 *
 * @module
 */
import type { Row } from "../rows/row.ts";

/**
 * Gives each row drawn a slot, which is an element's key. A row keeps its slot as long as it is drawn, and
 * with it focus and selection; one that comes gets the slot of one that went, and so its element. At 5,000
 * lines a second each frame shows other rows: to build their elements anew took half of the time.
 */
export class Slots {
  #slots = new Map<number, number>();
  #count = 0;

  /**
   * Gives `rows` their slots, and takes those of all others.
   *
   * @param held Rows whose slots go to no other row: what the reader holds must not become another line.
   */
  assign(rows: readonly Row[], held: readonly number[] = []): void {
    const kept = new Map<number, number>();
    for (const { id } of rows) {
      const slot = this.#slots.get(id);
      if (slot !== undefined) kept.set(id, slot);
      this.#slots.delete(id);
    }
    for (const id of held) this.#slots.delete(id);
    const free = this.#slots.values();
    for (const { id } of rows) {
      if (!kept.has(id)) kept.set(id, free.next().value ?? this.#count++);
    }
    this.#slots = kept;
  }

  /** The slot of a row drawn. */
  of(id: number): number {
    return this.#slots.get(id)!;
  }
}
