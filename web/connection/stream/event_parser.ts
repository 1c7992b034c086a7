/**
 * Parses Server-Sent Events (WHATWG HTML, section 9.2.6).
 *
 * @module
 */

/** An event of the stream. */
export interface ServerEvent {
  /** Its name; `undefined` if it has none. */
  readonly event: string | undefined;
  /** Its own id; unlike in a browser's `EventSource`, not that of an event before it. */
  readonly id: string | undefined;
  readonly data: string;
}

const LINE_END = /\r\n?|\n/;
/** A name and a value. A comment has an empty name. */
const FIELD = /^([^:]*):? ?(.*)$/s;

/**
 * Returns a function that takes the chunks of a stream, one after the other. It takes linear time.
 *
 * @param onRetry Called with the delay that the service asks for, in milliseconds.
 */
export function eventParser(
  onEvent: (event: ServerEvent) => void,
  onRetry: (delay: number) => void,
): (chunk: string) => void {
  let rest = "";
  let endsWithReturn = false;
  let event: string | undefined;
  let id: string | undefined;
  let data: string | undefined;

  function parseLine(line: string): void {
    const [, name, value] = FIELD.exec(line) as unknown as [string, string, string];
    if (line === "") {
      if (data !== undefined) onEvent({ event, id, data });
      event = id = data = undefined;
    } else if (name === "data") data = data === undefined ? value : `${data}\n${value}`;
    else if (name === "event") event = value || undefined;
    else if (name === "id" && !value.includes("\0")) id = value;
    else if (name === "retry" && /^\d+$/.test(value)) onRetry(Number(value));
  }

  return (chunk) => {
    // A CRLF may be split between two chunks.
    const lines = (endsWithReturn ? chunk.replace(/^\n/, "") : chunk).split(LINE_END);
    if (chunk !== "") endsWithReturn = chunk.endsWith("\r");
    lines[0] = rest + lines[0];
    rest = lines.pop()!;
    lines.forEach(parseLine);
  };
}
