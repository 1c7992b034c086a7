/**
 * The menu of a value in a line: what a reader can do with it.
 *
 * @module
 */
import { html, nothing, type TemplateResult } from "lit/html.js";
import type { ReactiveElement } from "../reactive_element.ts";
import { canBeColumn, columnValue } from "./custom_columns.ts";
import type { Line } from "../rows/row.ts";
import type { Text } from "../texts/texts.ts";
import { t } from "../texts/translate.ts";

/** A value in a line, and the name of its field, such as `user.id`. */
export interface FieldValue {
  readonly name: string;
  readonly text: string;
}

/** Called when the reader chooses an action. */
export interface ValueActions {
  onFilter(value: FieldValue): void;
  readonly onExclude?: (value: FieldValue) => void;
  onCopy(value: FieldValue): void;
  /** Shows the field as a column, or removes the column. */
  onColumn(value: FieldValue): void;
}

/** Distance from the value to the menu. */
const DISTANCE_PX = 4;

/** Opens the menu below the value's button, in the top layer, so that nothing clips it. */
export class ValueMenu {
  readonly #host: ReactiveElement;
  readonly #actions: ValueActions;
  #value: FieldValue | undefined;
  #menu: HTMLElement | undefined;

  constructor(host: ReactiveElement, actions: ValueActions) {
    this.#host = host;
    this.#actions = actions;
  }

  /** Opens the menu for a button that has the field's name as data, and the value too unless it is in a column. */
  async open(button: HTMLElement, line: Line): Promise<void> {
    const { name = "", value = columnValue(line, name) } = button.dataset;
    if (value === "") return;
    this.#value = { name, text: value };
    this.#host.requestUpdate();
    await this.#host.updateComplete;
    this.#menu = this.#host.find(".value-menu");
    this.#show(this.#menu, button.getBoundingClientRect());
  }

  template(columns: readonly string[]): TemplateResult | typeof nothing {
    const value = this.#value;
    if (value === undefined) return nothing;
    const { onFilter, onExclude, onCopy, onColumn } = this.#actions;
    const item = (label: Text, action: (value: FieldValue) => void, name = "") =>
      html`
        <button class=${name} @click=${() => {
          this.#close();
          action(value);
        }}>${t(label)}</button>
      `;
    const column = columns.includes(value.name) ? "Remove column" : "Show as column";
    return html`
      <div class="value-menu" popover role="group" aria-label=${t("Actions for {name}", {
        name: value.name,
      })}
        @toggle=${(event: ToggleEvent) => event.newState === "closed" && this.#closed()}
        @keydown=${(event: KeyboardEvent) => event.key === "Escape" && event.stopPropagation()}>
        <div class="value-name">${value.name}</div>
        ${item("Only lines with this value", onFilter)}
        ${onExclude === undefined ? nothing : item("Exclude lines with this value", onExclude)}
        ${item("Copy value", onCopy)}
        ${canBeColumn(value.name) ? item(column, onColumn, "as-column") : nothing}
      </div>
    `;
  }

  #show(menu: HTMLElement, { left, top, bottom }: DOMRect): void {
    menu.showPopover();
    const { width, height } = menu.getBoundingClientRect();
    const isBelow = bottom + DISTANCE_PX + height <= innerHeight;
    const y = isBelow ? bottom + DISTANCE_PX : Math.max(0, top - DISTANCE_PX - height);
    menu.style.left = `${Math.max(0, Math.min(left, innerWidth - width))}px`;
    menu.style.top = `${y}px`;
    menu.querySelector("button")?.focus();
  }

  #close(): void {
    this.#menu?.hidePopover();
    this.#closed();
  }

  #closed(): void {
    this.#value = this.#menu = undefined;
    this.#host.requestUpdate();
  }
}
