/**
 * Event listeners that last as long as an element is in the page.
 *
 * @module
 */
import type { ReactiveElement } from "./reactive_element.ts";

/** Calls `listen` whenever `host` is connected, with a signal that is aborted when it is disconnected. */
export function whileConnected(
  host: ReactiveElement,
  listen: (options: { signal: AbortSignal }) => void,
): void {
  let connected = new AbortController();
  host.addController({
    hostConnected() {
      connected = new AbortController();
      listen(connected);
    },
    hostDisconnected: () => connected.abort(),
  });
}
