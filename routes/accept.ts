/**
 * What a request's `Accept` likes best (RFC 9110, section 12.5.1).
 *
 * @module
 */
import type { Context } from "hono";
import { accepts } from "hono/accepts";

/** A media range of an `Accept` header, and its weight. */
interface MediaRange {
  readonly type: string;
  readonly q: number;
}

/**
 * The media type with the highest quality, of several the first, which is also the default;
 * `undefined` where none is acceptable.
 */
export function preferred(c: Context, types: readonly string[]): string | undefined {
  const [fallback = ""] = types;
  const options = { header: "Accept" as const, supports: [...types], default: fallback };
  return accepts(c, { ...options, match: favourite }) || undefined;
}

function favourite(ranges: MediaRange[], { supports }: { supports: string[] }): string {
  let best = { type: "", quality: 0 };
  for (const type of supports) {
    const quality = qualityOf(type, ranges);
    if (quality > best.quality) best = { type, quality };
  }
  return best.type;
}

/** The weight that the most specific range gives to `type`; 0 where none takes it. */
function qualityOf(type: string, ranges: MediaRange[]): number {
  for (const range of [type, `${type.split("/")[0]}/*`, "*/*"]) {
    const match = ranges.find((candidate) => candidate.type.toLowerCase() === range);
    if (match !== undefined) return match.q;
  }
  return 0;
}
