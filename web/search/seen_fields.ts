/**
 * The names and values of fields that can be completed: those of some of the lines that are held.
 *
 * @module
 */
import type { SeenFields } from "../query/completion.ts";
import { FACET_NAMES, isFacet } from "../rows/facets.ts";
import { fieldsOf } from "../rows/row.ts";
import type { Store } from "../rows/store.ts";

/** Number of the newest lines, and of older lines, that are looked at: parsing 600 lines takes about 6 ms. */
const NEWEST = 300;
const OLDER = 300;
/** How long the result is used. */
const FRESH_MS = 3000;
/** Limits of what is remembered. */
const MAX_NAMES = 300;
const MAX_VALUES = 30;
const MAX_LENGTH = 80;
const MAX_DEPTH = 4;

/** Reads the fields of lines when they are asked for, so that lines cost nothing as they arrive. */
export class StoredFields implements SeenFields {
  readonly #store: Store;
  #readAt = -Infinity;
  /** How often each value was seen, by name. */
  #fields = new Map<string, Map<string, number>>();

  constructor(store: Store) {
    this.#store = store;
  }

  names(): Iterable<string> {
    return [...FACET_NAMES, ...[...this.#read().keys()].sort()];
  }

  values(name: string): Iterable<string> {
    if (isFacet(name)) return this.#store.facets[name].keys();
    const values = [...this.#read().get(name) ?? []];
    return values.sort(([, a], [, b]) => b - a).map(([value]) => value);
  }

  #read(): ReadonlyMap<string, ReadonlyMap<string, number>> {
    const now = performance.now();
    if (now - this.#readAt < FRESH_MS) return this.#fields;
    this.#readAt = now;
    this.#fields = new Map();
    const { visibleCount } = this.#store;
    const older = Math.max(0, visibleCount - NEWEST);
    for (let i = older; i < visibleCount; i++) this.#add(i);
    for (let i = 0; i < Math.min(OLDER, older); i++) this.#add(Math.floor(i * older / OLDER));
    return this.#fields;
  }

  #add(index: number): void {
    const row = this.#store.visibleAt(index);
    if (row.kind === "line" && /[={]/.test(row.payload)) this.#visit("", fieldsOf(row), 0);
  }

  #visit(name: string, value: unknown, depth: number): void {
    if (typeof value === "object" && value !== null) {
      if (depth > MAX_DEPTH) return;
      const isList = Array.isArray(value);
      for (const key in value) {
        const inner = isList ? name : name === "" ? key : `${name}.${key}`;
        this.#visit(inner, (value as Record<string, unknown>)[key], depth + 1);
      }
    } else if (name !== "") this.#count(name, String(value));
  }

  #count(name: string, value: string): void {
    if (name.length > MAX_LENGTH) return;
    let values = this.#fields.get(name);
    if (values === undefined) {
      if (this.#fields.size >= MAX_NAMES) return;
      this.#fields.set(name, values = new Map());
    }
    if (value === "" || value.length > MAX_LENGTH) return;
    if (values.has(value) || values.size < MAX_VALUES) {
      values.set(value, (values.get(value) ?? 0) + 1);
    }
  }
}
