/**
 * The key `natstap`, which marks a line of `ndjson` as a control event.
 *
 * @module
 */

/** Case folding maps U+017F to `s`, which the flags `iu` cover, and two ligatures to `st`, which they do not. */
const RESERVED = /^nat(?:st|[\ufb05\ufb06])ap$/iu;

/**
 * Whether `value`, parsed from JSON, is an object with a key that equals `natstap` under Unicode case
 * folding. Decoders that ignore case, such as Go's, would read such a line as a control event.
 */
export function hasReservedKey(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    Object.keys(value).some((key) => RESERVED.test(key));
}
