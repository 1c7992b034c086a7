/**
 * The origins whose pages may read from a browser.
 *
 * @module
 */

/** Origins, in which `*` may stand for the first label of the host; or `"*"` for any origin. */
export type Origins = readonly string[] | "*";

/** An origin as browsers write it: lower case, in ASCII, and with nothing behind the port. */
const ORIGIN = /^https?:\/\/(?:(?:[a-z0-9_-]+\.)*[a-z0-9_-]+\.?|\[[0-9a-f:]+\])(?::\d+)?$/;
/** `*` as the first label. Two labels must follow, since `*.com` would permit every site under `.com`. */
const WILDCARD = /^(https?:\/\/)\*\.(?=localhost(?::|$)|[^.]+\.[^.:])/;
const FIRST_LABEL = /^(https?:\/\/)[a-z0-9_-]+\./;

/**
 * Reads origins such as `https://app.example.com` or `https://*.example.com`, separated by commas, or
 * `*`.
 *
 * @throws {RangeError} If one of them could never match what a browser sends.
 * @throws {TypeError} If `*` stands for anything but the first label; the message says so.
 */
export function parseOrigins(value: string): Origins {
  if (value.trim() === "*") return "*";
  const origins = value.split(",").map((origin) => origin.trim()).filter((origin) => origin !== "");
  for (const origin of origins) {
    const example = origin.replace(WILDCARD, "$1x.");
    if (example.includes("*")) {
      throw new TypeError('"*" stands for the first label of a host that has at least two more');
    }
    if (!ORIGIN.test(example) || URL.parse(example)?.origin !== example) {
      throw new RangeError("No origin");
    }
  }
  return origins;
}

/** Whether `origins` include `origin`, which a client sends: it may be anything. */
export function includesOrigin(origins: readonly string[], origin: string): boolean {
  if (origin.includes("*")) return false;
  return origins.includes(origin) || origins.includes(origin.replace(FIRST_LABEL, "$1*."));
}
