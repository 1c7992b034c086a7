/**
 * Selects rows by dragging with a mouse or pen, or with Shift and a click.
 *
 * @module
 */
import type { ListController } from "../list/list_controller.ts";
import type { ViewerElement } from "../viewer_element.ts";
import { whileConnected } from "../while_connected.ts";

/** How far the list scrolls per frame, as a share of the distance of the pointer from its edge. */
const SCROLL_SHARE = 0.25;
/** Maximum distance that the list scrolls per frame. */
const MAX_SCROLL_PX = 120;

/** A press that may become a selection. */
interface Press {
  readonly pointer: number;
  /** Id of the row where it began. */
  readonly anchor: number;
}

/**
 * As long as the pointer stays in one row, the browser selects text. From another row on, whole rows are selected, whether they
 * have elements or not: by dragging, with the wheel, and beyond the edges of the list, which then scrolls.
 */
export class DragSelection {
  readonly #host: ViewerElement;
  readonly #list: ListController;
  #press: Press | undefined;
  #isActive = false;
  /** Vertical position of the pointer in the window. */
  #y = 0;

  constructor(host: ViewerElement, list: ListController) {
    this.#host = host;
    this.#list = list;
    whileConnected(host, ({ signal }) => {
      const options = { capture: true, signal };
      addEventListener("pointermove", (event) => this.#moved(event), options);
      addEventListener("pointerup", (event) => this.#ended(event), options);
      addEventListener("pointercancel", (event) => this.#ended(event), options);
      signal.addEventListener("abort", () => this.#end());
    });
  }

  /** Whether rows are being selected. */
  get isActive(): boolean {
    return this.#isActive;
  }

  /** Handles the press of a pointer in the list. */
  press(event: PointerEvent): void {
    const { pointerId, pointerType, button, target, shiftKey, clientY } = event;
    if (button !== 0 || pointerType === "touch" || !(target instanceof Element)) return;
    const row = target.closest<HTMLElement>("[data-id]");
    if (row === null) return;
    const { list, selection, cursor } = this.#list;
    const id = Number(row.dataset.id);
    const isControl = target.closest("button, a, summary") !== null;
    if (shiftKey && !isControl) {
      const anchor = selection.anchor ?? cursor.last ?? id;
      this.#begin({ pointer: pointerId, anchor });
      selection.select(anchor, id, true);
    } else {
      if (!isControl) selection.clear();
      if (selection.isEmpty) selection.press(id, list?.drawn ?? []);
      this.#press = { pointer: pointerId, anchor: id };
    }
    if (!isControl) cursor.place(id);
    this.#y = clientY;
  }

  #moved({ pointerId, buttons, clientY }: PointerEvent): void {
    if (pointerId !== this.#press?.pointer) return;
    if (buttons === 0) return this.#end();
    this.#y = clientY;
    this.#extend();
  }

  #ended({ pointerId }: PointerEvent): void {
    if (pointerId === this.#press?.pointer) this.#end();
  }

  /** Selects the rows from the anchor to the pointer. */
  #extend(): void {
    const { list, selection } = this.#list;
    const press = this.#press;
    const id = list?.rowAt(this.#y);
    if (press === undefined || id === undefined) return;
    if (!this.#isActive && id === press.anchor) return;
    if (!this.#isActive) this.#begin(press);
    selection.select(press.anchor, id, true);
  }

  #begin(press: Press): void {
    this.#press = press;
    this.#isActive = true;
    this.#list.list?.stay();
    this.#scroller.dataset.selecting = "";
    // A link where it began would take the focus away with its row.
    this.#scroller.focus({ preventScroll: true });
    getSelection()?.removeAllRanges();
    this.#follow();
  }

  /** While the pointer is beyond an edge of the list, scrolls it; extends the selection after each scroll. */
  readonly #follow = (): void => {
    if (!this.#isActive) return;
    const { top, bottom } = this.#scroller.getBoundingClientRect();
    const beyond = Math.min(this.#y - top, 0) + Math.max(this.#y - bottom, 0);
    const step = Math.max(-MAX_SCROLL_PX, Math.min(MAX_SCROLL_PX, beyond * SCROLL_SHARE));
    if (step !== 0) this.#scroller.scrollTop += Math.sign(step) * Math.ceil(Math.abs(step));
    this.#extend();
    requestAnimationFrame(this.#follow);
  };

  #end(): void {
    if (this.#isActive) this.#extend();
    this.#press = undefined;
    this.#list.selection.close();
    if (!this.#isActive) return;
    this.#isActive = false;
    delete this.#scroller.dataset.selecting;
    this.#host.requestUpdate();
  }

  get #scroller(): HTMLElement {
    return this.#host.find(".scroller");
  }
}
