/**
 * Keeps the viewer's property `filter` and the query the same.
 *
 * @module
 */
import type { FilterDetail } from "../package/element.ts";
import type { ViewerElement } from "../viewer_element.ts";
import type { RowQuery } from "./row_query.ts";

/** Reports each query that takes effect, whether it was typed, clicked or set. */
export class FilterProperty {
  readonly #host: ViewerElement;
  readonly #query: RowQuery;
  readonly #onFilter: (detail: FilterDetail) => void;
  #last: FilterDetail = { filter: "", context: false };

  constructor(host: ViewerElement, query: RowQuery, onFilter: (detail: FilterDetail) => void) {
    this.#host = host;
    this.#query = query;
    this.#onFilter = onFilter;
    const { onChange } = query;
    query.onChange = () => {
      onChange();
      this.#queryChanged();
    };
  }

  /** Applies a new value of the property. */
  propertyChanged(): void {
    const text = this.#host.filter ?? "";
    if (text !== this.#query.applied) this.#query.update({ text });
  }

  #queryChanged(): void {
    const { applied, context } = this.#query;
    const detail = { filter: applied, context: context !== undefined };
    if (detail.filter === this.#last.filter && detail.context === this.#last.context) return;
    this.#last = detail;
    this.#host.filter = applied === "" ? undefined : applied;
    this.#onFilter(detail);
  }
}
