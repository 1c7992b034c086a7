/**
 * The key `natstap`, by which a line of `ndjson` is known as one of the service's own events.
 *
 * @module
 */

/** Case folding makes `s` of U+017F, as the flag `i` does with `u`, and `st` of two ligatures. */
const RESERVED = /^nat(?:st|[\ufb05\ufb06])ap$/iu;

/**
 * Whether `value`, which was parsed from JSON, is an object with a key that equals `natstap` under
 * Unicode case folding. Decoders that ignore case, such as Go's, would read it as an event.
 */
export function hasReservedKey(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    Object.keys(value).some((key) => RESERVED.test(key));
}
