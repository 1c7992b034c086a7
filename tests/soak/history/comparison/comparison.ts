/** The comparison of what a client received with what the stream has stored. */
import type { Receipts } from "./receipts.ts";

/** The result of a comparison: numbers of lines. */
export interface Comparison {
  received: number;
  /** Neither received nor reported as dropped. */
  lost: number;
  /** Received again. */
  duplicated: number;
  /** Received after a later line. */
  misordered: number;
  /** Of another scope, or never stored. */
  foreign: number;
  /** Reported as dropped. */
  dropped: number;
  /** Received before NATS gave their IDs to other lines. */
  revoked: number;
  /** The ID of the first line. */
  readonly first: number | undefined;
  /** Explanations of the first deviations. */
  readonly details: string[];
}

/** What a client is compared with. */
export interface Truth {
  /** The number of each stored line, by ID. */
  readonly stored: readonly number[];
  /** The IDs of all lines of the client's scope. */
  readonly scope: readonly number[];
  /** Whether a line belongs to the scope. */
  readonly isOwn: (number: number) => boolean;
  /** The IDs that NATS has given to several lines. A client may have another line than the stored one, or none. */
  readonly reused: ReadonlySet<number>;
}

/** Maximum number of explanations per client. */
const MAX_DETAILS = 3;

/** Compares lines with all lines of their scope from the first received one on. */
export function compare(receipts: Receipts, { stored, scope, isOwn, reused }: Truth): Comparison {
  const { ids, numbers, dropped } = receipts;
  const result: Comparison = {
    ...{ received: ids.length, lost: 0, duplicated: 0, misordered: 0, foreign: 0, dropped: 0 },
    ...{ revoked: 0, first: ids[0], details: [] },
  };
  const deviate = (
    kind: "lost" | "duplicated" | "misordered" | "foreign",
    at: number,
    what: string,
    count = 1,
  ) => {
    result[kind] += count;
    if (result.details.length === MAX_DETAILS) return;
    result.details.push(`${kind} at ${at}: ${what} ${receipts.describe(at)}`);
  };
  const indexes = new Map(scope.map((id, index) => [id, index]));
  const seen = new Set<number>();
  let lastId = -Infinity;
  /** The index of the next line that is expected; `undefined` before the first one. */
  let next: number | undefined;

  const indexAfter = (id: number) => {
    const index = scope.findIndex((other) => other > id);
    return index === -1 ? scope.length : index;
  };
  const skipTo = (index: number, at: number) => {
    const reported = dropped.get(at) ?? 0;
    result.dropped += reported;
    // Lines that were dropped before the first one received may be older than it.
    if (next === undefined) return;
    const missing = scope.slice(next, index);
    const least = missing.filter((id) => !reused.has(id)).length;
    if (least <= reported && reported <= missing.length) return;
    const range = `${missing.length} missing (${missing[0]} to ${missing.at(-1)})`;
    const count = reported < least ? least - reported : reported - missing.length;
    deviate("lost", at, `${range}, ${reported} reported as dropped`, count);
  };

  numbers.forEach((number, at) => {
    const id = ids[at]!;
    const index = indexes.get(id);
    const isStored = index !== undefined && stored[id] === number;
    if (!isStored && !(reused.has(id) && isOwn(number))) {
      return deviate("foreign", at, `line ${number}`);
    }
    if (seen.has(id)) return deviate("duplicated", at, `line ${number}`);
    seen.add(id);
    if (id < lastId) return deviate("misordered", at, `line ${number}`);
    lastId = id;
    if (!isStored) result.revoked++;
    skipTo(index ?? indexAfter(id), at);
    next = indexAfter(id);
  });
  skipTo(scope.length, ids.length);
  return result;
}
