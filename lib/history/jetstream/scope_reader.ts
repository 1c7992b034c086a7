/**
 * Reads the stored lines of one scope.
 *
 * @module
 */
import type { GapReason } from "../../stream/control_event.ts";
import type { HistoryStart } from "../history_start.ts";

/** A line in the JetStream stream. */
export interface StoredLine {
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** Where the lines that were requested begin. */
export interface FoundStart {
  /** Sequence number to read from. */
  readonly sequence: number;
  /** Why older lines that were requested are missing, if any are. */
  readonly cut: GapReason | undefined;
}

/** Reads the stored lines of one scope. Every method may fail, and be called again. */
export interface ScopeReader {
  /** Resolves to the sequence number of the last line that the stream's leader has stored; 0 if none. */
  lastSequence(): Promise<number>;
  /** Resolves to where the requested lines begin, of which there are `maxLines` at most. */
  find(start: HistoryStart, maxLines: number): Promise<FoundStart>;
  /** Resolves to the next lines from a sequence number on; to none if there are none yet. */
  read(sequence: number): Promise<readonly StoredLine[]>;
  /** Reports why a method failed. */
  onError(error: unknown): void;
  /** Frees what was opened for reading. */
  close(): void;
}
