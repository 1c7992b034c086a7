/**
 * Tells when somebody is back at the page, or the page is back on the network.
 *
 * @module
 */

/** `visibilitychange` bubbles from the document to the window. */
const RETURNS = ["visibilitychange", "pageshow", "focus", "online"];

/** Calls `onReturn` on each return, until `signal` is aborted. One return may have several events. */
export function onPageReturn(onReturn: () => void, signal: AbortSignal): void {
  // The tests run without a document.
  const { document } = globalThis as { document?: { visibilityState: string } };
  const listener = () => document?.visibilityState !== "hidden" && onReturn();
  for (const name of RETURNS) addEventListener(name, listener, { signal });
}
