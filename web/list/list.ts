/**
 * A virtual list: of up to 100,000 rows, only those in view have elements.
 *
 * @module
 */
import type { TemplateResult } from "lit/html.js";
import type { Row } from "../rows/row.ts";
import type { Store } from "../rows/store.ts";
import type { View } from "../selection/row_cursor.ts";
import { KeyedElements } from "./keyed_elements.ts";
import { Heights } from "./heights.ts";
import { Offsets } from "./offsets.ts";
import { heldRows } from "../selection/native_selection.ts";

/** Assumed height of a row until one has been measured. */
const USUAL_HEIGHT_PX = 22;
/** How far beyond the view rows are drawn, so that scrolling does not show empty space. */
const OVERSCAN_PX = 240;
/** Time after the last scroll event when scrolling counts as finished. */
const SCROLL_END_MS = 200;
/** Time after a touch or a key press during which it may still move the view. */
const MOMENTUM_MS = 1000;
/** Maximum distance from the end that counts as the end: a zoomed page has fractional pixels. */
const END_TOLERANCE_PX = 3;
/** Maximum number of passes per frame, since measuring rows may show that more are needed. */
const MAX_PASSES = 4;

/** What the list needs from the viewer. */
export interface ListOptions {
  readonly rows: Store;
  /** Renders a row as one element. */
  readonly template: (row: Row) => TemplateResult;
  /** Asks for {@linkcode List.update} to be called in the next frame. */
  readonly onScroll: () => void;
  /** The same after scrolling has finished, as soon as new rows may be drawn. */
  readonly onScrollEnd: () => void;
  /** Called for each frame in which the first rows are less than a view away, unless the list follows. */
  readonly onNearStart?: () => void;
}

/** Where a row is in the view. */
export interface Place {
  /** Distance from the top of the view, in pixels. */
  readonly y: number;
  /** If the list follows: id of the newest row. As long as that is the newest one, the list follows again. */
  readonly followed?: number | undefined;
}

/** A row, and the position of its top edge in the scrolled content. */
interface Anchor {
  readonly id: number;
  readonly y: number;
}

/**
 * Shows rows in a scrolling element. At the end, it follows the newest row. Elsewhere the row at the top of
 * the view is an anchor: it keeps its position while rows are added, removed or measured, and the others
 * are placed around it. While the reader scrolls, the scroll position is not set, since that would stop the motion.
 *
 * @example
 * ```ts
 * const list = new List(scroller, {
 *   ...{ rows: store, template },
 *   onScroll: () => scheduler.draw(),
 *   onScrollEnd: () => scheduler.drawForNewRows(),
 * });
 * ```
 */
export class List {
  readonly #scroller: HTMLElement;
  readonly #canvas = document.createElement("div");
  readonly #block = document.createElement("div");
  readonly #heights = new Heights(USUAL_HEIGHT_PX);
  readonly #offsets: Offsets;
  readonly #rows = new KeyedElements<Row>(this.#block, ({ id }) => id);
  readonly #options: ListOptions;
  /** The rows that have elements. */
  drawn: readonly Row[] = [];
  #following = true;
  #anchor: Anchor | undefined;
  /** The row to scroll to, and where it is to be in the view. */
  #target: number | undefined;
  #targetPlace: Place | undefined;
  /** The row to scroll fully into view. */
  #revealed: number | undefined;
  /** The last known scroll position, to distinguish the reader's scrolling from the list's own. */
  #top = 0;
  #blockTop = 0;
  /** Width of the widest row so far. */
  #width = 0;
  #clientWidth = 0;
  #scrollEnd: ReturnType<typeof setTimeout> | undefined;
  /** Time until which scrolling is attributed to the reader. */
  #userScrollsUntil = 0;
  #lastSeen = -1;
  #bottom: number | undefined;

  constructor(scroller: HTMLElement, options: ListOptions) {
    this.#scroller = scroller;
    this.#options = options;
    this.#offsets = new Offsets(options.rows, this.#heights);
    this.#canvas.className = "canvas";
    this.#block.className = "block";
    this.#canvas.append(this.#block);
    scroller.append(this.#canvas);
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    scroller.addEventListener("wheel", ({ deltaY }) => this.#wheeled(deltaY), { passive: true });
    for (const name of ["pointerdown", "pointermove"] as const) {
      scroller.addEventListener(name, ({ buttons }) => this.#held(buttons !== 0));
    }
    for (const name of ["pointerup", "touchmove", "keydown"]) {
      scroller.addEventListener(name, () => this.#held(false, MOMENTUM_MS), { passive: true });
    }
    // Expanding a part of a row changes its height; the event does not bubble.
    scroller.addEventListener("toggle", options.onScroll, { capture: true });
    new ResizeObserver(() => this.#resized()).observe(scroller);
  }

  /** Whether the list follows the newest row. */
  get following(): boolean {
    return this.#following;
  }

  /** Number of new rows that have not been in view. */
  get unseen(): number {
    const { rows } = this.#options;
    const index = rows.visibleIndexOf(this.#lastSeen + 1);
    if (index < 0 || rows.visibleAt(index).id <= this.#lastSeen) return 0;
    return rows.visibleCount - index;
  }

  /** Id of the row at the bottom of the view. */
  get bottomRow(): number | undefined {
    return this.#bottom;
  }

  /** The rows at the edges of the view, as far as they are known before the next frame. */
  get view(): View | undefined {
    // Keys may be pressed faster than the list is drawn.
    if (this.#target !== undefined) return { top: this.#target, bottom: this.#target };
    if (this.#revealed !== undefined) return undefined;
    return { top: this.#following ? this.#bottom : this.#anchor?.id, bottom: this.#bottom };
  }

  /** Id of the row at a vertical position in the window, or of the nearest row in view. */
  rowAt(clientY: number): number | undefined {
    const { rows } = this.#options;
    if (rows.visibleCount === 0) return undefined;
    const { top } = this.#scroller.getBoundingClientRect();
    const y = Math.max(0, Math.min(clientY - top, this.#scroller.clientHeight - 1));
    // What the reader sees comes first: rows may have been added or removed since it was drawn.
    for (const row of this.#elements()) {
      const { top: start, bottom: end } = row.getBoundingClientRect();
      if (y + top >= start && y + top < end) return Number((row as HTMLElement).dataset.id);
    }
    return rows.visibleAt(this.#offsets.at(this.#scroller.scrollTop - this.#base() + y)).id;
  }

  /** Scrolls to the newest row, and follows. */
  toEnd(): void {
    // Scrolls at once, so that a pending scroll event is recognized as the list's own.
    this.#scrollTo(this.#scroller.scrollHeight);
    this.#following = true;
    this.#options.onScroll();
  }

  /** Scrolls to the oldest row. */
  toStart(): void {
    const { rows } = this.#options;
    if (rows.visibleCount > 0) this.toRow(rows.visibleAt(0).id);
  }

  /** Where a row is in the view; `undefined` if it is not drawn. */
  placeOf(id: number): Place | undefined {
    const row = this.#block.querySelector(`[data-id="${id}"]`);
    if (row === null) return undefined;
    const y = row.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top;
    return { y, followed: this.#following ? this.#newest : undefined };
  }

  get #newest(): number {
    const { rows } = this.#options;
    return rows.visibleAt(rows.visibleCount - 1).id;
  }

  /** Scrolls to a row, or to the next one if it is not visible. Default of `place`: a third of the view. */
  toRow(id: number, place?: Place): void {
    this.stay();
    this.#target = id;
    this.#targetPlace = place;
    this.#options.onScroll();
  }

  /** Stops following, and scrolls all of a row into view, or its beginning; as little as possible. */
  reveal(id: number): void {
    this.stay();
    this.#revealed = id;
    this.#options.onScroll();
  }

  /** Stops following: the rows in view stay in view. */
  stay(): void {
    this.#following = false;
  }

  /** Measures all rows again, because they look different or others are shown. */
  remeasure(): void {
    this.#heights.clear();
    this.#canvas.style.minWidth = "";
    this.#width = 0;
    this.#options.onScroll();
  }

  /** Draws the rows in view. To be called at most once per frame. */
  update(): void {
    const { rows } = this.#options;
    if (rows.visibleCount === 0) return this.#empty();
    // In a hidden viewer, rows have no height, so all of them would seem to fit into the view.
    if (this.#scroller.clientHeight === 0) return;
    this.#heights.forgetBefore(rows.visibleAt(0).id);
    // While a filter is being applied, the target may not be visible yet.
    if (this.#target !== undefined) this.#scrollToRow(this.#target);
    for (let pass = 0; pass < MAX_PASSES && this.#draw(); pass++);
    if (this.#revealed !== undefined) this.#reveal(this.#revealed);
    this.#settle();
  }

  #empty(): void {
    this.#rows.render(this.drawn = [], this.#options.template);
    this.#canvas.style.height = "0";
    this.#anchor = this.#target = undefined;
    this.#top = 0;
  }

  /** Draws the rows that should be in view. Returns whether measuring them showed that more are needed. */
  #draw(): boolean {
    const { rows, template } = this.#options;
    const height = this.#scroller.clientHeight;
    const overscan = this.#following ? 0 : OVERSCAN_PX;
    const first = this.#offsets.at(this.#viewTop() - overscan);
    const last = this.#offsets.at(this.#viewTop() + height + overscan);
    const shown: Row[] = [];
    for (let index = first; index <= last; index++) shown.push(rows.visibleAt(index));
    const held = heldRows(this.#scroller.getRootNode() as ShadowRoot);
    this.#rows.render(shown, template, held);
    this.drawn = shown;
    this.#measure(shown, first);
    this.#place(first);
    const top = this.#viewTop();
    return (first > 0 && this.#offsets.of(first) > top) ||
      (last + 1 < rows.visibleCount && this.#offsets.of(last + 1) < top + height);
  }

  /** Measures the drawn rows; individually only if their total height is not as expected. */
  #measure(shown: readonly Row[], first: number): void {
    const expected = this.#offsets.of(first + shown.length) - this.#offsets.of(first);
    if (this.#heights.isKnown && heightOf(this.#block) === expected) return;
    const heights = this.#elements().map(heightOf);
    this.#heights.assume(Math.max(1, Math.min(...heights)));
    shown.forEach(({ id }, i) => this.#heights.set(id, heights[i]!));
  }

  /** The elements of the drawn rows. */
  #elements(): Element[] {
    return [...this.#block.children].map((element) => element.firstElementChild!);
  }

  /** Offset of the top of the view. */
  #viewTop(): number {
    if (this.#following) return this.#offsets.total - this.#scroller.clientHeight;
    return this.#scroller.scrollTop - this.#base();
  }

  /** Positions the drawn rows, and when following, scrolls to the end. */
  #place(first: number): void {
    const total = this.#offsets.total;
    const base = this.#following ? 0 : this.#base();
    this.#canvas.style.height = `${base + total}px`;
    this.#blockTop = base + this.#offsets.of(first);
    this.#block.style.transform = `translateY(${this.#blockTop}px)`;
    if (this.#following) this.#scrollTo(total);
  }

  /** Chooses the new anchor, and moves the rows back to position 0 if the reader cannot notice. */
  #settle(): void {
    const { rows } = this.#options;
    const base = this.#following ? 0 : this.#base();
    const top = this.#scroller.scrollTop;
    const index = this.#offsets.at(top - base);
    const isAnchorPending = rows.filtering && (this.#anchor?.id ?? Infinity) < rows.visibleAt(0).id;
    if (!isAnchorPending) {
      this.#anchor = { id: rows.visibleAt(index).id, y: base + this.#offsets.of(index) };
    }
    const bottom = this.#offsets.at(top - base + this.#scroller.clientHeight - END_TOLERANCE_PX);
    this.#bottom = rows.visibleAt(bottom).id;
    this.#lastSeen = Math.max(this.#lastSeen, this.#bottom);
    this.#keepWidth();
    const isAtEdge = top < Math.max(base, 0) || (base < 0 && top < this.#scroller.clientHeight);
    if (base !== 0 && (isAtEdge || this.#scrollEnd === undefined)) this.#rebase(base);
    this.#following ||= !rows.filtering &&
      this.#scroller.scrollHeight <= this.#scroller.clientHeight;
    const isNearStart = this.#offsets.of(index) < this.#scroller.clientHeight;
    if (!this.#following && isNearStart) this.#options.onNearStart?.();
  }

  /** Moves all rows, and the view with them, so that the first one is at position 0. */
  #rebase(base: number): void {
    const anchor = this.#anchor!;
    this.#anchor = { id: anchor.id, y: anchor.y - base };
    this.#canvas.style.height = `${this.#offsets.total}px`;
    this.#blockTop -= base;
    this.#block.style.transform = `translateY(${this.#blockTop}px)`;
    this.#scrollTo(this.#scroller.scrollTop - base);
    this.#restartScrollEnd();
  }

  /** Keeps the width of lines that do not wrap, so that a view scrolled sideways does not jump. */
  #keepWidth(): void {
    const width = this.#block.scrollWidth;
    if (width <= this.#width) return;
    this.#width = width;
    this.#canvas.style.minWidth = `${width}px`;
  }

  #scrollToRow(id: number): void {
    const { rows } = this.#options;
    const index = rows.visibleIndexOf(id);
    const y = this.#offsets.of(index);
    const above = this.#targetPlace?.y ?? this.#scroller.clientHeight / 3;
    // While a filter is being applied, rows above it may not be visible yet.
    if (rows.filtering && (id < rows.visibleAt(0).id || y < above)) return;
    this.#target = undefined;
    if (this.#targetPlace?.followed === this.#newest) return this.toEnd();
    this.stay();
    this.#anchor = { id: rows.visibleAt(index).id, y };
    this.#canvas.style.height = `${this.#offsets.total}px`;
    this.#scrollTo(y - above);
  }

  #reveal(id: number): void {
    const { rows } = this.#options;
    const index = rows.visibleIndexOf(id);
    const start = this.#offsets.of(index);
    const bottom = this.#offsets.of(index + 1) - this.#scroller.clientHeight;
    const top = Math.min(start, Math.max(bottom, this.#viewTop()));
    this.#revealed = undefined;
    if (top === this.#viewTop()) return;
    this.#scrollTo(top + this.#base());
    this.#draw();
  }

  #scrollTo(top: number): void {
    this.#scroller.scrollTop = top;
    this.#top = this.#scroller.scrollTop;
  }

  /** A scroll bar may not report the end of dragging; the next pointer move without a button does. */
  #held(isHeld: boolean, momentum = 0): void {
    if (isHeld) this.#userScrollsUntil = Infinity;
    else if (momentum > 0 || this.#userScrollsUntil === Infinity) {
      this.#userScrollsUntil = performance.now() + momentum;
    }
  }

  /** Only the reader can scroll away from the end: browsers also scroll when the view grows. */
  #scrolled(): void {
    const { scrollTop, scrollLeft } = this.#scroller;
    this.#scroller.classList.toggle("sideways", scrollLeft > 0);
    this.#scroller.parentElement?.style.setProperty("--scrolled", `${scrollLeft}px`);
    if (scrollTop === this.#top) return;
    if (scrollTop > this.#top) this.#following ||= this.#isAtEnd();
    else if (performance.now() < this.#userScrollsUntil && !this.#isAtEnd()) this.stay();
    this.#top = scrollTop;
    this.#restartScrollEnd();
    this.#options.onScroll();
  }

  /** Stops following before the wheel scrolls: a fast stream sets the scroll position in each frame. */
  #wheeled(deltaY: number): void {
    const { scrollHeight, clientHeight } = this.#scroller;
    if (deltaY < 0 && scrollHeight > clientHeight) this.stay();
    this.#restartScrollEnd();
  }

  #restartScrollEnd(): void {
    clearTimeout(this.#scrollEnd);
    this.#scrollEnd = setTimeout(() => {
      this.#scrollEnd = undefined;
      this.#options.onScrollEnd();
    }, SCROLL_END_MS);
  }

  #isAtEnd(): boolean {
    const { scrollTop, clientHeight, scrollHeight } = this.#scroller;
    return scrollTop + clientHeight >= scrollHeight - END_TOLERANCE_PX;
  }

  #resized(): void {
    const { clientWidth } = this.#scroller;
    if (clientWidth !== this.#clientWidth) this.remeasure();
    this.#clientWidth = clientWidth;
    this.#options.onScroll();
  }

  /** Position of the first row: rows removed before the anchor leave a space for a while. */
  #base(): number {
    if (this.#anchor === undefined) return 0;
    return this.#anchor.y - this.#offsets.of(this.#options.rows.visibleIndexOf(this.#anchor.id));
  }
}

/** Rounded to 1/64 pixel, the unit of layout. */
function heightOf(element: Element): number {
  return Math.round(element.getBoundingClientRect().height * 64) / 64;
}
