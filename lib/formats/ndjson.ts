/**
 * Newline-delimited JSON: one value a line.
 *
 * @module
 */
import { type Format, hasLineBreak, utf8 } from "./format.ts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** A payload that is one line of JSON as it is; any other as a JSON string. */
export const ndjson: Format = {
  name: "ndjson",
  contentType: "application/x-ndjson",
  prefix: utf8(""),
  suffix: utf8("\n"),
  keepalive: utf8("\n"),
  encode: (payload) =>
    !hasLineBreak(payload) && isPlainJson(payload)
      ? payload
      : utf8(JSON.stringify(lenient.decode(payload))),
  control: ({ event, data, ...retry }) =>
    utf8(JSON.stringify({ natstap: { event, ...data, ...retry } }) + "\n"),
};

/** Whether `payload` is JSON, and could not be taken for one of the service's own events. */
function isPlainJson(payload: Uint8Array): boolean {
  try {
    return !hasReservedKey(JSON.parse(strict.decode(payload)));
  } catch {
    return false;
  }
}

/** `natstap` under full case folding, in which the ligatures fold to `st`. */
const RESERVED = /^nat(?:st|[\ufb05\ufb06])ap$/iu;

/**
 * Whether a JSON value has a top-level key that a client could take for `natstap`. Some match keys under
 * Unicode case folding, such as Go's encoding/json, for which `nat\u017ftap` is one.
 */
export function hasReservedKey(value: unknown): boolean {
  if (typeof value !== "object" || Array.isArray(value)) return false;
  for (const key in value) if (RESERVED.test(key)) return true;
  return false;
}
