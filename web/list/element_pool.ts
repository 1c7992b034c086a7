/**
 * Decides which element shows which item.
 *
 * @module
 */

/**
 * Assigns each drawn item an element. As long as an item is drawn, it keeps its element, and with it focus and
 * selection; a new item reuses the element of one that is no longer drawn. At 5,000 lines per second, every frame
 * shows new rows, and creating their elements took half of the time.
 */
export class ElementPool<K, E> {
  #elements = new Map<K, E>();
  readonly #create: () => E;

  constructor(create: () => E) {
    this.#create = create;
  }

  /**
   * Assigns elements to the items with these keys, and releases those of all others.
   *
   * @param held Keys of items whose elements must not be reused, because they have the focus or a selection.
   */
  assign(keys: readonly K[], held: Iterable<K> = []): void {
    const kept = new Map<K, E>();
    for (const key of keys) {
      const element = this.#elements.get(key);
      if (element !== undefined) kept.set(key, element);
      this.#elements.delete(key);
    }
    for (const key of held) this.#elements.delete(key);
    const free = this.#elements.values();
    for (const key of keys) {
      if (!kept.has(key)) kept.set(key, free.next().value ?? this.#create());
    }
    this.#elements = kept;
  }

  /** The element of an item; `undefined` if it is not drawn. */
  of(key: K): E | undefined {
    return this.#elements.get(key);
  }
}
