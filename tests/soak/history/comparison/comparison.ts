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
  /** Received as NATS announced them, before it gave their IDs to other lines. */
  revoked: number;
  /** The ID of the first line. */
  readonly first: number | undefined;
  /** Explanations of the first deviations. */
  readonly details: string[];
}

/** The lines that NATS announced and did not keep, by ID. The line that it stored instead may be missing. */
export type RevokedLines = ReadonlyMap<number, ReadonlySet<number>>;

/** Maximum number of explanations per client. */
const MAX_DETAILS = 3;

/**
 * Compares lines with all lines of their scope from the first received one on.
 *
 * @param stored The number of each stored line, by ID.
 * @param scope The IDs of all lines of the scope.
 */
export function compare(
  receipts: Receipts,
  stored: readonly number[],
  scope: readonly number[],
  revoked: RevokedLines = new Map(),
): Comparison {
  const [firstId, firstNumber] = [receipts.ids[0], receipts.numbers[0]];
  // Without IDs, a client does not tell which of several copies of a line it received.
  const firsts = firstId === 0 ? scope.filter((id) => stored[id] === firstNumber) : [];
  const results = (firsts.length > 0 ? firsts : [firstId])
    .map((first) => compareFrom(first, receipts, stored, scope, revoked));
  return results.toSorted((a, b) => deviations(a) - deviations(b))[0]!;
}

function deviations({ lost, duplicated, misordered, foreign }: Comparison): number {
  return lost + duplicated + misordered + foreign;
}

function compareFrom(
  first: number | undefined,
  receipts: Receipts,
  stored: readonly number[],
  scope: readonly number[],
  revoked: RevokedLines,
): Comparison {
  const { ids, numbers, dropped } = receipts;
  const result: Comparison = {
    ...{ received: ids.length, lost: 0, duplicated: 0, misordered: 0, foreign: 0, dropped: 0 },
    revoked: 0,
    first,
    details: [],
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
  const indexesOf = Map.groupBy(indexes.values(), (index) => stored[scope[index]!]);
  const seen = new Set<number>();
  /** The index of the next line that is expected; `undefined` before the first one. */
  let next: number | undefined;

  const indexOf = (at: number): number | undefined => {
    if (at === 0) return indexes.get(first!);
    const number = numbers[at]!;
    if (ids[at] !== 0) return stored[ids[at]!] === number ? indexes.get(ids[at]!) : undefined;
    const copies = indexesOf.get(number) ?? [];
    return copies.find((index) => next === undefined || index >= next) ?? copies.at(-1);
  };
  const skipTo = (index: number, at: number) => {
    const reported = dropped.get(at) ?? 0;
    result.dropped += reported;
    // Lines that were dropped before the first one received may be older than it.
    if (next === undefined) return;
    const missing = scope.slice(next, index);
    const certain = missing.filter((id) => !revoked.has(id)).length;
    if (certain <= reported && reported <= missing.length) return;
    const range = `${missing.length} missing (${missing[0]} to ${missing.at(-1)})`;
    const count = reported < certain ? certain - reported : reported - missing.length;
    deviate("lost", at, `${range}, ${reported} reported as dropped`, count);
  };
  /** Takes a line that NATS announced, although it stored another one instead. */
  const takeRevoked = (at: number): boolean => {
    if (!revoked.get(ids[at]!)?.has(numbers[at]!)) return false;
    result.revoked++;
    const index = scope.findIndex((id) => id > ids[at]!);
    const after = index === -1 ? scope.length : index;
    if (next === undefined || after > next) {
      skipTo(after, at);
      next = after;
    }
    return true;
  };

  numbers.forEach((number, at) => {
    const index = indexOf(at);
    if (index === undefined || stored[scope[index]!] !== number) {
      if (takeRevoked(at)) return;
      return deviate("foreign", at, `line ${number}`);
    }
    if (seen.has(index)) return deviate("duplicated", at, `line ${number}`);
    seen.add(index);
    if (next !== undefined && index < next) return deviate("misordered", at, `line ${number}`);
    skipTo(index, at);
    next = index + 1;
  });
  skipTo(scope.length, ids.length);
  return result;
}
