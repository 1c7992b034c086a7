/**
 * The list of all formats.
 *
 * @module
 */
import type { Format } from "./format.ts";
import { ndjson } from "./ndjson.ts";
import { sse } from "./sse.ts";
import { text } from "./text.ts";

/** Every format, in order of preference: the first is the default. */
export const FORMATS: readonly Format[] = [sse, ndjson, text];
