/**
 * Copies text to the clipboard, even if the page has no Clipboard API, as over plain HTTP.
 *
 * @module
 */

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
