/**
 * Lines that are older than the first one a view has.
 *
 * @module
 */
import { SilenceTimer } from "./silence_timer.ts";
import { requestStream, type StreamEvent, type StreamRequest } from "./stream_request.ts";

/** Lines in order, oldest first. */
export interface OlderLines {
  readonly lines: readonly StoredLine[];
  /** Id of the first line in the response; `undefined` if there is none. */
  readonly firstId: string | undefined;
  /** Why there are no lines before these, if the service says so. */
  readonly gap: string | undefined;
}

/** A line, and its id in the stream. */
type StoredLine = Omit<Extract<StreamEvent, { event: "line" }>, "event">;

/** Maximum silence: stored lines do not wait for anything to happen. */
const SILENCE_MS = 15_000;

/**
 * Requests a stream that starts with lines older than the one with the id `before`, and closes it at that line.
 * Resolves to `undefined` if that line, or the end of the stored lines, does not arrive.
 */
export async function requestOlderLines(
  { url, token, signal }: Omit<StreamRequest, "timer">,
  before: string,
): Promise<OlderLines | undefined> {
  const closing = new AbortController();
  const lines: StoredLine[] = [];
  let firstId: string | undefined;
  let gap: string | undefined;
  const request = {
    ...{ url, token, timer: new SilenceTimer(SILENCE_MS) },
    signal: AbortSignal.any([signal, closing.signal]),
  };
  await requestStream(request, (event) => {
    if (event.event === "gap") gap = event.reason;
    else if (event.event === "live") closing.abort();
    else if (event.event === "line") {
      firstId ??= event.id;
      if (Number(event.id) < Number(before)) lines.push(event);
      else closing.abort();
    }
  });
  return closing.signal.aborted ? { lines, firstId, gap } : undefined;
}
