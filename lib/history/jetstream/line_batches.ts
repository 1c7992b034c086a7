/**
 * The ways to read the lines of a scope.
 *
 * @module
 */
import type { CountedLine } from "./batch_request.ts";

/** Reads the lines of one scope. Every method may fail, and be called again. */
export interface LineBatches {
  /** Resolves to the number of lines from a sequence number on. */
  count(sequence: number): Promise<number>;
  /**
   * Resolves to a sequence number that is not after the first line since `time` (milliseconds since the
   * epoch), and after all lines before.
   */
  sequenceAt(time: number): Promise<number>;
  /** Resolves to the next lines from a sequence number on; to none if there are none yet. */
  read(sequence: number): Promise<readonly CountedLine[]>;
  /** Frees what was opened for reading. */
  close(): void;
}
