/**
 * Log lines as one format writes them.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Format } from "./format.ts";

/** An encoded line; only valid until the next one is encoded. */
export interface Line {
  /** Its size in bytes. */
  readonly length: number;
  /** Writes the line into `target` from `at` on. */
  copyTo(target: Uint8Array, at: number): void;
  /** The line's bytes, which all of its readers share: they must not be changed. Valid for good. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Encodes lines, each once for all of its readers: their copies arrive from NATS one after the other.
 */
export class LineEncoder implements Line {
  /** How lines are written. */
  readonly format: Format;
  readonly #prefix: Uint8Array;
  readonly #suffix: Uint8Array;
  #payload: Uint8Array | undefined;
  #body: Uint8Array = new Uint8Array();
  #bytes: Uint8Array<ArrayBuffer> | undefined;

  /** @param format How lines are written. */
  constructor(format: Format) {
    this.format = format;
    this.#prefix = format.prefix;
    this.#suffix = format.suffix;
  }

  /** Encodes the line of `payload`. */
  encode(payload: Uint8Array): Line {
    // Equal bytes, whichever app they are from, make equal lines. Comparing 300 of them takes 0.03 µs.
    if (this.#payload === undefined || Buffer.compare(payload, this.#payload) !== 0) {
      this.#body = this.format.encode(payload);
      this.#bytes = undefined;
      // Last: if encoding fails, the next equal payload must not get the line of another.
      this.#payload = payload;
    }
    return this;
  }

  get length(): number {
    return this.#prefix.length + this.#body.length + this.#suffix.length;
  }

  copyTo(target: Uint8Array, at: number): void {
    const prefix = this.#prefix;
    const suffix = this.#suffix;
    // Byte by byte: a set() of so few bytes takes longer.
    for (let i = 0; i < prefix.length; i++) target[at++] = prefix[i]!;
    target.set(this.#body, at);
    at += this.#body.length;
    for (let i = 0; i < suffix.length; i++) target[at++] = suffix[i]!;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#bytes === undefined) {
      this.#bytes = new Uint8Array(this.length);
      this.copyTo(this.#bytes, 0);
    }
    return this.#bytes;
  }
}
