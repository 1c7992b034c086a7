/**
 * What a request accepts (RFC 9110, section 12.5).
 *
 * @module
 */
import type { Context } from "hono";

/**
 * Maximum number of characters that are read: no client needs more, and 60 KB of `a,` took 7 ms. What
 * follows is ignored.
 */
const MAX_CHARACTERS = 1024;

/**
 * What a header such as `Accept` or `Accept-Encoding` lists, in lower case, with each one's weight from
 * 0 to 1. `undefined` if the request has no such header.
 */
export function acceptedWeights(
  c: Context,
  header: "Accept" | "Accept-Encoding",
): ReadonlyMap<string, number> | undefined {
  const value = c.req.header(header);
  if (!value) return undefined;
  const weights = new Map<string, number>();
  for (const member of membersOf(value)) {
    const [name = "", ...parameters] = member.split(";").map((part) => part.trim().toLowerCase());
    if (name !== "") weights.set(name, Math.max(weightOf(parameters), weights.get(name) ?? 0));
  }
  return weights;
}

/** The members of a list, without their quoted strings, which may hold commas. */
function membersOf(list: string): string[] {
  const read = list.slice(0, MAX_CHARACTERS).replace(/"(?:[^"\\]|\\.)*"?/g, "");
  const members = read.split(",");
  // The last one may be cut off, and mean something else.
  if (list.length > MAX_CHARACTERS) members.pop();
  return members;
}

/** 1 by default, and if it is not a number. */
function weightOf(parameters: readonly string[]): number {
  const weight = parseFloat(parameters.find((one) => one.startsWith("q="))?.slice(2) ?? "");
  return Number.isNaN(weight) ? 1 : Math.min(1, Math.max(0, weight));
}

/**
 * The media type with the highest weight, of several the first, which is also the default;
 * `undefined` if none is acceptable.
 */
export function preferred(c: Context, types: readonly string[]): string | undefined {
  const weights = acceptedWeights(c, "Accept");
  if (weights === undefined) return types[0];
  let best: { type: string | undefined; weight: number } = { type: undefined, weight: 0 };
  for (const type of types) {
    const weight = weightFor(type, weights);
    if (weight > best.weight) best = { type, weight };
  }
  return best.type;
}

/** The weight of the most specific range that includes `type`; 0 if none does. */
function weightFor(type: string, weights: ReadonlyMap<string, number>): number {
  return weights.get(type) ?? weights.get(`${type.split("/")[0]}/*`) ?? weights.get("*/*") ?? 0;
}
