/**
 * What all kinds of history have in common.
 *
 * @module
 */
import type { LineSource } from "../stream/line_source.ts";

/** A source of lines that has lines of the past too. */
export interface History extends LineSource {
  /** Why there are no lines of the past now; `undefined` if there are. */
  readonly problem: string | undefined;
  /** Closes its connections. */
  close(): Promise<void>;
}
