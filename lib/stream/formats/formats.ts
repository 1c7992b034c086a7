/**
 * Every format.
 *
 * @module
 */
import type { Format } from "./format.ts";
import { ndjson } from "./ndjson.ts";
import { sse } from "./sse.ts";
import { text } from "./text.ts";

/** In the service's own order of preference. */
export const FORMATS: readonly Format[] = [sse, ndjson, text];
