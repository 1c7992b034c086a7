/**
 * The lines of a stream of bytes.
 *
 * @module
 */

/** Reads UTF-8 text line by line, without the `\n`; what follows the last one is left out. */
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
