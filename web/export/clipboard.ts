/**
 * Copies text, also where the page is served by plain HTTP and has no clipboard of its own.
 *
 * @module
 */

/** Copies `text`. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const put = (event: ClipboardEvent) => {
      event.clipboardData?.setData("text/plain", text);
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    addEventListener("copy", put, { once: true, capture: true });
    document.execCommand("copy");
    removeEventListener("copy", put, { capture: true });
  }
}
