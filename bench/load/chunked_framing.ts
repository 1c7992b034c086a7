/**
 * Removes HTTP/1.1's chunked framing in place, wherever a read has split it.
 *
 * @module
 */

const LF = 10;

/** The chunked framing of one response body. */
export class ChunkedFraming {
  #count = 0;
  /** Remaining bytes of the current chunk. */
  #left = 0;
  #size = 0;
  #digits = 0;

  /** Removes the framing between `start` and `end`; returns the new end of the body. */
  remove(buffer: Uint8Array, start: number, end: number): number {
    let to = start;
    for (let from = start; from < end;) {
      if (this.#left === 0) {
        this.#readHead(buffer[from++]!);
        continue;
      }
      const length = Math.min(this.#left, end - from);
      if (to < from) buffer.copyWithin(to, from, from + length);
      to += length;
      from += length;
      this.#left -= length;
    }
    return to;
  }

  /** Number of chunks that started since the last call. */
  takeCount(): number {
    const count = this.#count;
    this.#count = 0;
    return count;
  }

  #readHead(byte: number): void {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      this.#size = this.#size * 16 + digit;
      this.#digits++;
    } else if (byte === LF && this.#digits > 0) { // With no digit before it, it ends a chunk.
      this.#left = this.#size;
      this.#size = this.#digits = 0;
      this.#count++;
    }
  }
}

/** The value of a hexadecimal digit; -1 for any other byte. */
function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
