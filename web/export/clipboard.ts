/**
 * Copies text to the clipboard, even if the page has no Clipboard API, as over plain HTTP.
 *
 * @module
 */

/** Copies a text. With a promise of it, the user's permission lasts until it is there. */
export async function copy(text: string | Promise<string>): Promise<void> {
  const { clipboard } = navigator;
  try {
    if (typeof text === "string") return await clipboard.writeText(text);
    const type = "text/plain";
    const blob = text.then((text) => new Blob([text], { type }));
    await clipboard.write([new ClipboardItem({ [type]: blob })]);
  } catch {
    const copied = await text;
    const put = (event: ClipboardEvent) => {
      event.clipboardData?.setData("text/plain", copied);
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    addEventListener("copy", put, true);
    document.execCommand("copy");
    removeEventListener("copy", put, true);
  }
}
