/**
 * Sends a query to VictoriaLogs.
 *
 * @module
 */

/** The limits of a request. */
export interface QueryLimits {
  /** Maximum time until the whole answer has arrived, in milliseconds. */
  readonly timeoutMs: number;
  /** Maximum size of the answer, in bytes. */
  readonly maxBytes: number;
}

/** What VictoriaLogs answers. */
export interface QueryAnswer {
  /** The lines of the answer. */
  readonly lines: readonly string[];
  /** Whether the answer was too large, so that its end is missing. */
  readonly cut: boolean;
}

/**
 * Sends a request and reads its answer line by line.
 *
 * @throws {Error} If the server cannot be reached, answers with an error, or takes too long; the reason of
 * `signal` if that aborts.
 */
export async function requestQuery(
  request: Request,
  { timeoutMs, maxBytes }: QueryLimits,
  signal: AbortSignal,
): Promise<QueryAnswer> {
  const timeout = new AbortController();
  const reason = new Error(`VictoriaLogs has not answered within ${timeoutMs} ms`);
  const timer = setTimeout(() => timeout.abort(reason), timeoutMs);
  try {
    const either = AbortSignal.any([signal, timeout.signal]);
    // A redirect could lead the request, and its password, to another server.
    const response = await fetch(request, { redirect: "error", signal: either });
    if (response.ok) return await readLines(response, maxBytes);
    await response.body?.cancel();
    throw new Error(`VictoriaLogs answered with status ${response.status}`);
  } finally {
    clearTimeout(timer);
  }
}

async function readLines({ body }: Response, maxBytes: number): Promise<QueryAnswer> {
  const decoder = new TextDecoder();
  const lines: string[] = [];
  let size = 0;
  let rest: string[] = [];
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > maxBytes) return { lines, cut: true };
    const [first, ...others] = decoder.decode(chunk, { stream: true }).split("\n");
    rest.push(first!);
    if (others.length === 0) continue;
    lines.push(rest.join(""), ...others.slice(0, -1));
    rest = [others.at(-1)!];
  }
  const last = rest.join("");
  return { lines: last === "" ? lines : [...lines, last], cut: false };
}
