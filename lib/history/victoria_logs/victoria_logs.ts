/**
 * Reads lines of Fly from VictoriaLogs, as fly-telemetry stores them.
 *
 * @module
 */
import { toNumber } from "../../log_line/envelopes.ts";
import { utf8 } from "../../stream/formats/format.ts";
import { parseObject } from "./line_key.ts";
import { toNanoseconds } from "./line_time.ts";
import { scopeFilter, type ScopeNames } from "./logsql.ts";
import { type IndexEntry, type Page, toPages } from "./page.ts";
import { type QueryAnswer, type QueryLimits, requestQuery } from "./query_request.ts";
import { parseStoredLine, type StoredLine } from "./stored_line.ts";

/** Which lines of a scope to read: the last `tail`, but only those from `since` to `until`. */
export interface Period {
  readonly tail?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly until?: number | undefined;
}

/** The lines that were found. */
export interface Found {
  /** Oldest first. Read each with {@linkcode VictoriaLogs.read}. */
  readonly pages: readonly Page[];
  /** Whether there are older ones that the maximum number of lines has cut off. */
  readonly cut: boolean;
}

/** Limits of reading. */
export interface VictoriaLogsLimits {
  /** Maximum number of lines per request: `HISTORY_MAX_LINES`. */
  readonly maxLines: number;
  /** Maximum time until an answer has arrived, in milliseconds. Default: 3,000. */
  readonly timeoutMs?: number;
  /**
   * How long a server that has failed is left alone, in milliseconds. Otherwise, each of a thousand streams that
   * wait for their turn to read would wait for the timeouts of all those before it. Default: 1,000.
   */
  readonly retryMs?: number;
}

/** Maximum size of an answer. A page is at most a few times as large as its messages; a row at most 2 MB. */
const MAX_ANSWER_BYTES = 16_777_216;

/** A VictoriaLogs server. */
export class VictoriaLogs {
  readonly #url: URL;
  readonly #headers: HeadersInit;
  readonly #maxLines: number;
  readonly #retryMs: number;
  readonly #limits: QueryLimits;
  #failedAt = -Infinity;

  /** @param url The server's address. May contain a path, and a user name and password for Basic authentication. */
  constructor(url: URL, { maxLines, timeoutMs = 3_000, retryMs = 1_000 }: VictoriaLogsLimits) {
    const { username, password } = url;
    const credentials = utf8([username, password].map(decodeURIComponent).join(":")).toBase64();
    this.#headers = username === "" ? {} : { Authorization: `Basic ${credentials}` };
    this.#url = new URL(`${url.pathname.replace(/\/*$/, "")}/select/logsql/query`, url.origin);
    this.#maxLines = maxLines;
    this.#retryMs = retryMs;
    this.#limits = { timeoutMs, maxBytes: MAX_ANSWER_BYTES };
  }

  /**
   * Finds the lines of a scope.
   *
   * @throws {Error} If the server cannot be reached, answers with an error, or takes too long; the reason of
   * `signal` if that aborts.
   */
  async find(scope: ScopeNames, period: Period, signal: AbortSignal): Promise<Found> {
    // One more, to learn whether there are more.
    const limit = Math.min(period.tail ?? Infinity, this.#maxLines + 1);
    // The server takes 0 for no limit.
    if (limit === 0) return { pages: [], cut: false };
    const fields = "len(_msg) as bytes | fields _time, bytes";
    const query = `${scopeFilter(scope)}${timeFilter(period)} | ${fields}`;
    const answer = await this.#query(query, signal, limit);
    const newestFirst = answer.lines.map(toIndexEntry).filter((entry) => entry !== undefined);
    const entries = newestFirst.slice(0, this.#maxLines).reverse();
    return { pages: toPages(entries), cut: answer.cut || newestFirst.length > entries.length };
  }

  /**
   * Reads one page, oldest line first. Lines of the same time are in the order in which the server stores them.
   *
   * @returns More lines than the page had when it was found if some have been stored since.
   * @throws {Error} See {@linkcode find}.
   */
  async read(scope: ScopeNames, { from, to }: Page, signal: AbortSignal): Promise<StoredLine[]> {
    const query = `${scopeFilter(scope)} _time:[${from}, ${to}]`;
    const { lines, cut } = await this.#query(query, signal);
    if (cut) throw new Error(`VictoriaLogs sent more than ${MAX_ANSWER_BYTES} bytes`);
    return lines.map((line) => parseStoredLine(line, scope)).filter((line) => line !== undefined)
      .sort((a, b) => a.time < b.time ? -1 : a.time > b.time ? 1 : 0);
  }

  async #query(query: string, signal: AbortSignal, limit?: number): Promise<QueryAnswer> {
    if (performance.now() - this.#failedAt < this.#retryMs) {
      throw new Error("VictoriaLogs has just failed");
    }
    const body = new URLSearchParams({ query, ...(limit && { limit: String(limit) }) });
    const request = new Request(this.#url, { method: "POST", headers: this.#headers, body });
    try {
      return await requestQuery(request, this.#limits, signal);
    } catch (error) {
      if (!signal.aborted) this.#failedAt = performance.now();
      throw error;
    }
  }
}

function timeFilter({ since, until }: Period): string {
  const after = since === undefined ? "" : ` _time:>=${new Date(since).toISOString()}`;
  return until === undefined ? after : `${after} _time:<=${new Date(until).toISOString()}`;
}

function toIndexEntry(json: string): IndexEntry | undefined {
  const row = parseObject(json);
  const time = toNanoseconds(row?._time);
  return time === undefined ? undefined : { time, bytes: toNumber(row?.bytes) || 0 };
}
