/**
 * Origins whose pages may read `/logs` from a browser.
 *
 * @module
 */

/** Origins, in which `*` may replace the first label of the host, or `"*"` for any origin. */
export type Origins = readonly string[] | "*";

/** An origin as browsers write it: in lower case and ASCII, with nothing after the port. */
const ORIGIN = /^https?:\/\/(?:(?:[a-z0-9_-]+\.)*[a-z0-9_-]+\.?|\[[0-9a-f:]+\])(?::\d+)?$/;
/** `*` as the first label. Two labels must follow, because `*.com` would permit every site under `.com`. */
const WILDCARD = /^(https?:\/\/)\*\.(?=localhost(?::|$)|[^.]+\.[^.:])/;
const FIRST_LABEL = /^(https?:\/\/)[a-z0-9_-]+\./;

/**
 * Parses origins such as `https://app.example.com` or `https://*.example.com`, separated by commas, or
 * `*`.
 *
 * @throws {RangeError} If an origin could never match what a browser sends.
 * @throws {TypeError} If `*` is used for anything but the first label; the message says so.
 */
export function parseOrigins(value: string): Origins {
  if (value.trim() === "*") return "*";
  const origins = value.split(",").map((origin) => origin.trim()).filter((origin) => origin !== "");
  for (const origin of origins) {
    const example = origin.replace(WILDCARD, "$1x.");
    if (example.includes("*")) {
      throw new TypeError(
        '"*" can only replace the first label of a host that has at least two more labels',
      );
    }
    if (!ORIGIN.test(example) || URL.parse(example)?.origin !== example) {
      throw new RangeError("Not an origin");
    }
  }
  return origins;
}

/** Returns whether `origins` include `origin`, which a client sent and which may be any text. */
export function includesOrigin(origins: readonly string[], origin: string): boolean {
  if (origin.includes("*")) return false;
  return origins.includes(origin) || origins.includes(origin.replace(FIRST_LABEL, "$1*."));
}
