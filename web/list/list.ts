/**
 * The list: of up to 100,000 rows only those in view are in the page.
 *
 * @module
 */
import { render, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { Heights } from "./heights.ts";
import { Offsets } from "./offsets.ts";
import type { Row } from "../rows/row.ts";
import { heldRows } from "./selection.ts";
import { Slots } from "./slots.ts";
import type { VisibleRows } from "../rows/visible_rows.ts";

/** The height of a row until one has been measured. Pixels. */
const USUAL_HEIGHT = 22;
/** How far beyond the view rows are drawn, so that a turn of the wheel finds them. Pixels. */
const OVERSCAN = 240;
/** How long after the last scrolling the reader's hand counts as still. Milliseconds. */
const STILL = 200;
/** How long after a touch or a key the view may still move for it. Milliseconds. */
const MOTION = 1000;
/** How near the end counts as there: a zoomed page has fractions of pixels. */
const NEAR = 3;
/** How often measured rows may ask for others before that is left to the next frame. */
const PASSES = 4;

/** What the list asks of the viewer around it. */
export interface ListOptions {
  readonly rows: VisibleRows;
  /** Draws a row, as one element. */
  readonly template: (row: Row) => TemplateResult;
  /** Wants {@linkcode List.update} called with the next frame. */
  readonly onScroll: () => void;
}

/** A row, and where its top edge is within what scrolls. Pixels. */
interface Place {
  readonly id: number;
  readonly y: number;
}

/**
 * Lists rows in `scroller`. While the reader is at the end it follows. Elsewhere the row at the top of
 * the view is an anchor: whatever comes, goes, or turns out to be higher than thought, the anchor keeps
 * its place and the others find theirs around it. The scroll position is left alone as long as the
 * reader's hand moves it: to set it would stop the motion.
 */
export class List {
  readonly #scroller: HTMLElement;
  readonly #canvas = document.createElement("div");
  readonly #block = document.createElement("div");
  readonly #heights = new Heights(USUAL_HEIGHT);
  readonly #offsets: Offsets;
  readonly #slots = new Slots();
  readonly #options: ListOptions;
  #following = true;
  #anchor: Place | undefined;
  #goal: number | undefined;
  #revealed: number | undefined;
  /** The position as last seen or set, to tell the reader's scrolling from the list's own. */
  #top = 0;
  #blockTop = 0;
  /** How wide the widest row has been. */
  #width = 0;
  #clientWidth = 0;
  #still: ReturnType<typeof setTimeout> | undefined;
  /** Until when what scrolls is the reader's doing. */
  #byHandUntil = 0;
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
    scroller.addEventListener("wheel", ({ deltaY }) => this.#pulled(deltaY), { passive: true });
    for (const name of ["pointerdown", "pointermove"] as const) {
      scroller.addEventListener(name, ({ buttons }) => this.#held(buttons !== 0));
    }
    for (const name of ["pointerup", "touchmove", "keydown"]) {
      scroller.addEventListener(name, () => this.#held(false, MOTION), { passive: true });
    }
    // What is folded out within a row changes its height; the event does not bubble.
    scroller.addEventListener("toggle", options.onScroll, { capture: true });
    new ResizeObserver(() => this.#resized()).observe(scroller);
  }

  /** Whether the list stays at the newest row. */
  get following(): boolean {
    return this.#following;
  }

  /** How many rows have come that the reader has not had in view. */
  get unseen(): number {
    const { rows } = this.#options;
    const index = rows.visibleIndexOf(this.#lastSeen + 1);
    if (index < 0 || rows.visibleAt(index).id <= this.#lastSeen) return 0;
    return rows.visibleCount - index;
  }

  /** The row at the bottom of the view. */
  get bottomRow(): number | undefined {
    return this.#bottom;
  }

  /** Goes to the newest row, and follows. */
  toEnd(): void {
    // At once: a scroll event that is on its way must find the position to be the list's own.
    this.#scrollTo(this.#scroller.scrollHeight);
    this.#following = true;
    this.#options.onScroll();
  }

  /** Goes to the oldest row. */
  toStart(): void {
    const { rows } = this.#options;
    if (rows.visibleCount > 0) this.toRow(rows.visibleAt(0).id);
  }

  /** Goes to a row, or the one that comes after its place. */
  toRow(id: number): void {
    this.stay();
    this.#goal = id;
    this.#options.onScroll();
  }

  /** Stays, and brings all of a row that has grown into view, or its beginning. */
  reveal(id: number): void {
    this.stay();
    this.#revealed = id;
    this.#options.onScroll();
  }

  /** Stops following: what is in view stays in view. */
  stay(): void {
    this.#following = false;
  }

  /** Forgets all heights: rows look otherwise now, or there are others between them. */
  remeasure(): void {
    this.#heights.clear();
    this.#canvas.style.minWidth = "";
    this.#width = 0;
    this.#options.onScroll();
  }

  /** Draws the rows that are in view. Once a frame at most. */
  update(): void {
    const { rows } = this.#options;
    if (rows.visibleCount === 0) return this.#empty();
    // Out of sight rows have no height, and would all seem to fit into the view once it is shown.
    if (this.#scroller.clientHeight === 0) return;
    this.#heights.forgetBefore(rows.visibleAt(0).id);
    // While a filter lets older rows in, the one to go to may be yet to come.
    const isGoalToCome = rows.filtering && (this.#goal ?? Infinity) < rows.visibleAt(0).id;
    if (this.#goal !== undefined && !isGoalToCome) this.#go(this.#goal);
    for (let pass = 0; pass < PASSES && this.#draw(); pass++);
    if (this.#revealed !== undefined) this.#reveal(this.#revealed);
    this.#settle();
  }

  #empty(): void {
    render([], this.#block);
    this.#canvas.style.height = "0";
    this.#anchor = this.#goal = undefined;
    this.#top = 0;
  }

  /** Draws what is, as far as is known, in view. Returns whether rows proved lower, and more are needed. */
  #draw(): boolean {
    const { rows, template } = this.#options;
    const height = this.#scroller.clientHeight;
    const overscan = this.#following ? 0 : OVERSCAN;
    const first = this.#offsets.at(this.#viewTop() - overscan);
    const last = this.#offsets.at(this.#viewTop() + height + overscan);
    const shown: Row[] = [];
    for (let index = first; index <= last; index++) shown.push(rows.visibleAt(index));
    this.#slots.assign(shown, heldRows(this.#scroller.getRootNode() as ShadowRoot));
    render(repeat(shown, ({ id }) => this.#slots.of(id), template), this.#block);
    this.#measure(shown, first);
    this.#place(first);
    const top = this.#viewTop();
    return (first > 0 && this.#offsets.of(first) > top) ||
      (last + 1 < rows.visibleCount && this.#offsets.of(last + 1) < top + height);
  }

  /** Measures the rows drawn; each for itself only if together they are not as high as thought. */
  #measure(shown: readonly Row[], first: number): void {
    const thought = this.#offsets.of(first + shown.length) - this.#offsets.of(first);
    if (this.#heights.isKnown && heightOf(this.#block) === thought) return;
    const heights = Array.from(this.#block.children, heightOf);
    this.#heights.assume(Math.max(1, Math.min(...heights)));
    shown.forEach(({ id }, i) => this.#heights.set(id, heights[i]!));
  }

  /** Where the view begins, in the rows' own measure. */
  #viewTop(): number {
    if (this.#following) return this.#offsets.total - this.#scroller.clientHeight;
    return this.#scroller.scrollTop - this.#base();
  }

  /** Puts the rows drawn where they belong, and the scroll position where the newest row is. */
  #place(first: number): void {
    const total = this.#offsets.total;
    const base = this.#following ? 0 : this.#base();
    this.#canvas.style.height = `${base + total}px`;
    this.#blockTop = base + this.#offsets.of(first);
    this.#block.style.transform = `translateY(${this.#blockTop}px)`;
    if (this.#following) this.#scrollTo(total);
  }

  /** Takes the new anchor, and brings the rows back to where they begin at 0 once that is no harm. */
  #settle(): void {
    const { rows } = this.#options;
    const base = this.#following ? 0 : this.#base();
    const top = this.#scroller.scrollTop;
    const index = this.#offsets.at(top - base);
    const isAnchorToCome = rows.filtering && (this.#anchor?.id ?? Infinity) < rows.visibleAt(0).id;
    if (!isAnchorToCome) {
      this.#anchor = { id: rows.visibleAt(index).id, y: base + this.#offsets.of(index) };
    }
    const bottom = this.#offsets.at(top - base + this.#scroller.clientHeight - NEAR);
    this.#bottom = rows.visibleAt(bottom).id;
    this.#lastSeen = Math.max(this.#lastSeen, this.#bottom);
    this.#keepWidth();
    const isAtEdge = top < Math.max(base, 0) || (base < 0 && top < this.#scroller.clientHeight);
    if (base !== 0 && (isAtEdge || this.#still === undefined)) this.#rebase(base);
    this.#following ||= !rows.filtering &&
      this.#scroller.scrollHeight <= this.#scroller.clientHeight;
  }

  /** Moves everything by what has come or gone before the anchor, and the view with it. */
  #rebase(base: number): void {
    const anchor = this.#anchor!;
    this.#anchor = { id: anchor.id, y: anchor.y - base };
    this.#canvas.style.height = `${this.#offsets.total}px`;
    this.#blockTop -= base;
    this.#block.style.transform = `translateY(${this.#blockTop}px)`;
    this.#scrollTo(this.#scroller.scrollTop - base);
    this.#moving();
  }

  /** Lines that do not wrap: what scrolls sideways must not shrink under the reader. */
  #keepWidth(): void {
    const width = this.#block.scrollWidth;
    if (width <= this.#width) return;
    this.#width = width;
    this.#canvas.style.minWidth = `${width}px`;
  }

  #go(id: number): void {
    const { rows } = this.#options;
    const index = rows.visibleIndexOf(id);
    const y = this.#offsets.of(index);
    this.#goal = undefined;
    this.stay();
    this.#anchor = { id: rows.visibleAt(index).id, y };
    this.#canvas.style.height = `${this.#offsets.total}px`;
    this.#scrollTo(y - this.#scroller.clientHeight / 3);
  }

  #reveal(id: number): void {
    const { rows } = this.#options;
    const index = rows.visibleIndexOf(id);
    const bottom = this.#offsets.of(index + 1) - this.#scroller.clientHeight;
    const top = Math.min(bottom, this.#offsets.of(index));
    this.#revealed = undefined;
    if (top <= this.#viewTop()) return;
    this.#scrollTo(top + this.#base());
    this.#draw();
  }

  #scrollTo(top: number): void {
    this.#scroller.scrollTop = top;
    this.#top = this.#scroller.scrollTop;
  }

  /** A scroll bar may tell no end of its dragging: the pointer's next move without a button does. */
  #held(isHeld: boolean, motion = 0): void {
    if (isHeld) this.#byHandUntil = Infinity;
    else if (motion > 0 || this.#byHandUntil === Infinity) {
      this.#byHandUntil = performance.now() + motion;
    }
  }

  /** Browsers scroll too, where the view grows: only the reader's hand leaves the end. */
  #scrolled(): void {
    const { scrollTop } = this.#scroller;
    if (scrollTop === this.#top) return;
    if (scrollTop > this.#top) this.#following ||= this.#isAtEnd();
    else if (performance.now() < this.#byHandUntil && !this.#isAtEnd()) this.stay();
    this.#top = scrollTop;
    this.#moving();
    this.#options.onScroll();
  }

  /** The wheel tells before the position does, which a fast stream sets anew with each frame. */
  #pulled(deltaY: number): void {
    const { scrollHeight, clientHeight } = this.#scroller;
    if (deltaY < 0 && scrollHeight > clientHeight) this.stay();
    this.#moving();
  }

  #moving(): void {
    clearTimeout(this.#still);
    this.#still = setTimeout(() => {
      this.#still = undefined;
      this.#options.onScroll();
    }, STILL);
  }

  #isAtEnd(): boolean {
    const { scrollTop, clientHeight, scrollHeight } = this.#scroller;
    return scrollTop + clientHeight >= scrollHeight - NEAR;
  }

  #resized(): void {
    const { clientWidth } = this.#scroller;
    if (clientWidth !== this.#clientWidth) this.remeasure();
    this.#clientWidth = clientWidth;
    this.#options.onScroll();
  }

  /** Where the first row's top edge is: what has gone before the anchor leaves a space, for a while. */
  #base(): number {
    if (this.#anchor === undefined) return 0;
    return this.#anchor.y - this.#offsets.of(this.#options.rows.visibleIndexOf(this.#anchor.id));
  }
}

/** To the 64th of a pixel, which is what browsers lay out in: a computed height has less. */
function heightOf(element: Element): number {
  return Math.round(element.getBoundingClientRect().height * 64) / 64;
}
