/**
 * HTTP/1.1's chunked framing, taken off where it stands: no byte is moved unless a chunk's head was
 * before it, and a head may be cut by a read at any place.
 *
 * @module
 */

const LF = 10;

/** One body's chunks, from its first read to its last. */
export class Chunks {
  #count = 0;
  /** Bytes of the current chunk that are still to come. */
  #left = 0;
  #size = 0;
  #digits = 0;

  /** Takes the framing off `buffer` from `start` to `end`, and returns where the body now ends. */
  unframe(buffer: Uint8Array, start: number, end: number): number {
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

  /** How many chunks began since the last count. */
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
    } else if (byte === LF && this.#digits > 0) { // Without a digit it ends the chunk before.
      this.#left = this.#size;
      this.#size = this.#digits = 0;
      this.#count++;
    }
  }
}

/** The value of a hexadecimal digit, -1 where it is none. */
function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
