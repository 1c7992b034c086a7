/**
 * Which format a request asks for.
 *
 * @module
 */
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import type { Format } from "../lib/formats/format.ts";
import { ndjson } from "../lib/formats/ndjson.ts";
import { sse } from "../lib/formats/sse.ts";
import { text } from "../lib/formats/text.ts";
import { Problem } from "../lib/problem.ts";

/** In the service's own order of preference. */
const FORMATS = [sse, ndjson, text];
const NAMES = FORMATS.map(({ name }) => name);
const MEDIA_TYPES = FORMATS.map(mediaType);

/** A media range of an `Accept` header, and its weight. */
interface MediaRange {
  readonly type: string;
  readonly q: number;
}

/**
 * The format of the response: what `?format=` names, else what `Accept` likes best, else SSE.
 *
 * @throws {Problem} `format_unknown` or `not_acceptable`.
 */
export function selectFormat(c: Context): Format {
  const asked = c.req.queries("format");
  if (asked !== undefined) {
    const format = FORMATS.find(({ name }) => asked.length === 1 && name === asked[0]);
    if (format !== undefined) return format;
    throw new Problem("format_unknown", `Give "format" as one of ${NAMES.join(", ")}.`);
  }
  const options = { header: "Accept", supports: MEDIA_TYPES, default: MEDIA_TYPES[0]! } as const;
  const chosen = accepts(c, { ...options, match: favourite });
  const format = FORMATS.find((format) => mediaType(format) === chosen);
  if (format !== undefined) return format;
  throw new Problem("not_acceptable", `Accept one of ${MEDIA_TYPES.join(", ")}.`);
}

function mediaType({ contentType }: Format): string {
  return contentType.split(";")[0]!;
}

/** The media type with the highest quality; of several, the first (RFC 9110, section 12.5.1). */
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
