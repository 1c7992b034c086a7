/**
 * The ways to read the lines of a scope.
 *
 * @module
 */
import type { StoredLine } from "../scope_reader.ts";

/** The last lines of a scope, for which a search is under way. */
export interface TailRange {
  /** No line before this sequence number is wanted. */
  readonly low: number;
  /** Where the last lines begin, as an estimate. */
  readonly near: number;
  /** Sequence number of the last line. */
  readonly last: number;
}

/** Reads the lines of one scope. Every method may fail, and be called again. */
export interface LineBatches {
  /** Resolves to the number of lines from a sequence number on, which may be an estimate. */
  count(sequence: number): Promise<number>;
  /**
   * Resolves to the sequence number of the first of the last `wanted` lines; `undefined` if there are no
   * more than these from `low` on. The number of lines is exact, whatever `near` is.
   */
  startOfTail(range: TailRange, wanted: number): Promise<number | undefined>;
  /**
   * Resolves to a sequence number that is not after the first line since `time` (milliseconds since the
   * epoch), and after all lines before.
   */
  sequenceAt(time: number): Promise<number>;
  /** Resolves to the next lines from a sequence number on; to none if there are none yet. */
  read(sequence: number): Promise<readonly StoredLine[]>;
  /** Frees what was opened for reading. */
  close(): void;
}
