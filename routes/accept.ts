/**
 * Content negotiation (RFC 9110, section 12.5).
 *
 * @module
 */
import type { Context } from "hono";

/**
 * Maximum number of characters of a header that are parsed; the rest is ignored. No client needs more,
 * and 60 KB of `a,` took 7 ms.
 */
const MAX_CHARACTERS = 1024;

/**
 * Returns the weight, from 0 to 1, of each name that `Accept` or `Accept-Encoding` lists, in lower case;
 * `undefined` if the request does not have this header.
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

/** Returns the members of a list without their quoted strings, which may contain commas. */
function membersOf(list: string): string[] {
  const read = list.slice(0, MAX_CHARACTERS).replace(/"(?:[^"\\]|\\.)*"?/g, "");
  const members = read.split(",");
  // The last member may be cut off and mean something else.
  if (list.length > MAX_CHARACTERS) members.pop();
  return members;
}

/** Returns 1 if there is no weight or if it is not a number. */
function weightOf(parameters: readonly string[]): number {
  const weight = parseFloat(
    parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "",
  );
  return Number.isNaN(weight) ? 1 : Math.min(1, Math.max(0, weight));
}

/**
 * Returns the media type with the highest weight, or the first of several; `undefined` if none is
 * acceptable. If there is no `Accept` header, that is the first type.
 *
 * @example
 * ```ts
 * const type = preferred(c, ["text/event-stream", "text/plain"]);
 * ```
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

/** Returns the weight of the most specific range that includes `type`; 0 if none does. */
function weightFor(type: string, weights: ReadonlyMap<string, number>): number {
  return weights.get(type) ?? weights.get(`${type.split("/")[0]}/*`) ?? weights.get("*/*") ?? 0;
}
