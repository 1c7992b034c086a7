/**
 * Environment variables, and what to say of a wrong one.
 *
 * @module
 */

/** Where the configuration comes from. */
export interface ConfigSource {
  /** A variable's value. An empty one counts as unset; trailing line breaks do not count at all. */
  readonly env: (name: string) => string | undefined;
  /** The text of the file that a variable names. */
  readonly readFile: (path: string) => string;
}

/**
 * A variable's value without trailing line breaks, which it has if it was read from a file;
 * `undefined` if nothing is left.
 */
export function clean(value: string | undefined): string | undefined {
  return value?.replace(/[\r\n]+$/, "") || undefined;
}

/** Variables whose values never appear in a message. */
const SECRET = new Set([
  "ACCESS_TOKEN",
  "NATS_PASSWORD",
  "NATS_TOKEN",
  "NATS_NKEY_SEED",
  "JWT_SECRET",
  "JWT_PUBLIC_KEY",
  "JWT_JWKS",
  // Its query may be a key.
  "JWT_JWKS_URL",
]);

/** One line: which variable it is, what it may hold, and what it holds, unless that is a secret. */
export function describeWrong(name: string, value: string | undefined, expected: string): string {
  if (value === undefined) return `Cannot read ${name} as ${expected}: it is not set`;
  // What has an "@" may be a URL with a password before it; what has "-----", the text of a key.
  const secret = SECRET.has(name) || /@|-----/.test(value);
  const shown = secret ? "not shown" : JSON.stringify(value);
  return `Cannot read ${name} as ${expected}: current value is ${shown}`;
}
