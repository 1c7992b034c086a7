/**
 * Which format a request asks for.
 *
 * @module
 */
import type { Context } from "hono";
import type { Format } from "../lib/stream/formats/format.ts";
import { FORMATS } from "../lib/stream/formats/all_formats.ts";
import { Problem } from "../lib/problem.ts";
import { preferred } from "./accept.ts";

const NAMES = FORMATS.map(({ name }) => name);
const MEDIA_TYPES = FORMATS.map(mediaType);

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
  const chosen = preferred(c, MEDIA_TYPES);
  const format = FORMATS.find((format) => mediaType(format) === chosen);
  if (format !== undefined) return format;
  throw new Problem("not_acceptable", `Accept one of ${MEDIA_TYPES.join(", ")}.`);
}

function mediaType({ contentType }: Format): string {
  return contentType.split(";")[0]!;
}
