/**
 * Decides when to draw: the list as often as it can be read, the rest of the viewer less often.
 *
 * @module
 */

/** Interval at which the rest of the viewer is drawn while lines arrive. */
const REST_MS = 200;
/**
 * Pause after the list was drawn for new lines, as a multiple of the time that this took. A screen of new lines
 * takes 5 to 20 ms to lay out, most of a frame, and a stream that fills a screen per frame cannot be read
 * at 60 frames per second. The time is left to the reader's input.
 */
const PAUSE_FACTOR = 2;

/** Draws at most once per frame, and spends at most a third of the time on new lines. */
export class FrameScheduler {
  readonly #drawList: () => void;
  readonly #drawRest: () => void;
  #frame = 0;
  /** Whether the next frame responds to the reader rather than to new rows. */
  #isForReader = false;
  /** When the list may be drawn again for new lines. */
  #dueAt = 0;
  #listTimer: ReturnType<typeof setTimeout> | undefined;
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #isHeld = false;

  constructor(drawList: () => void, drawRest: () => void) {
    this.#drawList = drawList;
    this.#drawRest = drawRest;
  }

  /** Whether new lines change nothing on the screen at the moment. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Draws nothing for new lines until {@linkcode release}, so that what the reader presses stays where it is. */
  hold(): void {
    this.#isHeld = true;
    if (!this.#isForReader) this.#cancelFrame();
    clearTimeout(this.#listTimer);
    clearTimeout(this.#restTimer);
    this.#listTimer = this.#restTimer = undefined;
  }

  /** Draws what has arrived since {@linkcode hold}. */
  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.drawForNewRows();
  }

  /** Draws the list in the next frame, in response to the reader. */
  draw(): void {
    this.#isForReader = true;
    this.#request();
  }

  /** Draws the list as soon as it is due, in response to new rows. */
  drawForNewRows(): void {
    this.updateRest();
    if (this.#isHeld || this.#frame !== 0 || this.#listTimer !== undefined) return;
    const wait = this.#dueAt - performance.now();
    if (wait <= 0) return this.#request();
    this.#listTimer = setTimeout(() => {
      this.#listTimer = undefined;
      this.#request();
    }, wait);
  }

  /** Draws the rest of the viewer soon. */
  updateRest(): void {
    if (this.#isHeld) return;
    this.#restTimer ??= setTimeout(() => {
      this.#restTimer = undefined;
      this.#drawRest();
    }, REST_MS);
  }

  /** Cancels everything scheduled. */
  stop(): void {
    this.hold();
    this.#cancelFrame();
    this.#isForReader = this.#isHeld = false;
  }

  #cancelFrame(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  #request(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#drawFrame());
  }

  #drawFrame(): void {
    this.#frame = 0;
    this.#isForReader = false;
    const start = performance.now();
    this.#drawList();
    const end = performance.now();
    this.#dueAt = end + PAUSE_FACTOR * (end - start);
  }
}
