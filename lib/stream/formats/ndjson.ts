/**
 * Newline-delimited JSON: one value per line.
 *
 * @module
 */
import { controlFields, type Format, hasLineBreak, utf8 } from "./format.ts";
import { hasReservedKey } from "./reserved_key.ts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** Writes a payload that is a single line of JSON unchanged, and any other as a JSON string. */
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
  control: (control) =>
    utf8(JSON.stringify({ natstap: { event: control.event, ...controlFields(control) } }) + "\n"),
};

/** Whether `payload` is JSON that cannot be mistaken for a control event. */
function isPlainJson(payload: Uint8Array): boolean {
  try {
    return !hasReservedKey(JSON.parse(strict.decode(payload)));
  } catch {
    return false;
  }
}
