/**
 * Lines of text from a stream of bytes.
 *
 * @module
 */

/** Yields each line of UTF-8 text without its `\n`; an unterminated last line is ignored. */
export async function* readLines(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
