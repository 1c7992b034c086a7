/**
 * Keeps everything in place while the reader presses.
 *
 * @module
 */
import type { ReactiveElement } from "../reactive_element.ts";
import { whileConnected } from "../while_connected.ts";

/**
 * Time after the release of a pointer until new lines are drawn again: after a tap, the click comes
 * later than the release.
 */
const CLICK_MS = 60;

/** What new lines would change. */
export interface Held {
  hold(): void;
  release(): void;
}

/**
 * Holds new lines back from the screen from the press of a pointer to its release. A browser reports a click only if both are
 * on the same element, and at ten lines per second, another row would have moved there.
 */
export class PressController {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveElement, held: Held) {
    const release = () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => held.release(), CLICK_MS);
    };
    whileConnected(host, ({ signal }) => {
      const options = { capture: true, passive: true, signal };
      host.addEventListener("pointerdown", ({ button }) => {
        if (button !== 0) return;
        clearTimeout(this.#timer);
        held.hold();
      }, options);
      addEventListener("pointerup", release, options);
      addEventListener("pointercancel", release, options);
      addEventListener("blur", release, { signal });
      // The release outside of the window may not be reported.
      addEventListener("pointermove", ({ buttons }) => {
        if (buttons === 0) held.release();
      }, options);
    });
  }
}
