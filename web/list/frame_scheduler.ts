/**
 * When to draw: the list as often as it can be read, what is around it more rarely.
 *
 * @module
 */

/** How often what is around the list is drawn while lines pour in. Milliseconds. */
const CALM = 200;
/**
 * How long the list is left alone after it was drawn for lines that came, in times of what that took:
 * a screen full of new lines takes 5 to 20 ms to lay out, most of a frame, and a stream that fills a
 * screen each frame cannot be read at 60 frames a second anyway. The rest is for the reader's hand.
 */
const REST = 2;

/** Draws at most once a frame; for lines that come, so that two thirds of the time are free. */
export class Pace {
  readonly #list: () => void;
  readonly #rest: () => void;
  #frame = 0;
  /** When lines that come may have the list drawn again. */
  #due = 0;
  #data: ReturnType<typeof setTimeout> | undefined;
  #calm: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param list Draws the list.
   * @param rest Draws what is around it.
   */
  constructor(list: () => void, rest: () => void) {
    this.#list = list;
    this.#rest = rest;
  }

  /** Wants the list drawn with the next frame: the reader asks for it. */
  frame(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  /** Wants the list drawn since lines came. */
  data(): void {
    this.calm();
    if (this.#frame !== 0 || this.#data !== undefined) return;
    const wait = this.#due - performance.now();
    if (wait <= 0) return this.frame();
    this.#data = setTimeout(() => {
      this.#data = undefined;
      this.frame();
    }, wait);
  }

  /** Wants the rest drawn before long. */
  calm(): void {
    this.#calm ??= setTimeout(() => {
      this.#calm = undefined;
      this.#rest();
    }, CALM);
  }

  /** Draws nothing more. */
  stop(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#data);
    clearTimeout(this.#calm);
    this.#frame = 0;
    this.#data = this.#calm = undefined;
  }

  #draw(): void {
    this.#frame = 0;
    const start = performance.now();
    this.#list();
    const end = performance.now();
    this.#due = end + REST * (end - start);
  }
}
