/**
 * A line while it is compared with a query. What it says is parsed only if the query asks for it, and is not kept.
 *
 * @module
 */
import type { Json } from "../../lib/log_line/envelopes.ts";
import { completeText } from "../message/shown_text.ts";
import { sourcesOf } from "../rows/field_sources.ts";
import type { Line } from "../rows/row.ts";

/** A value of a field. */
export type Scalar = string | number | boolean | null;

/** Maximum number of values that are visited in a line. */
const MAX_VISITED = 5000;
const MAX_DEPTH = 12;
/** Maximum number of characters of a text that is searched for `name=value`. */
const MAX_TEXT = 32_768;

/** A line that is compared with the parts of a query. */
export class Candidate {
  readonly line: Line;
  #text: string | undefined;
  #sources: readonly unknown[] | undefined;

  constructor(line: Line) {
    this.line = line;
  }

  /** The message and the fields, as shown. */
  get text(): string {
    return this.#text ??= withoutReturns(completeText(this.line));
  }

  /**
   * Values of the fields with this name, however deep they are.
   *
   * @param hasJson Whether objects and arrays are values too, as JSON.
   */
  fieldValues({ path, mention, pair }: FieldName, hasJson: boolean): Scalar[] {
    const { payload, message } = this.line;
    if (!mention.test(payload) && !payload.includes("\\u")) return [];
    const found: Scalar[] = [];
    for (const source of this.#sources ??= sourcesOf(this.line)) {
      collect(source, path, found, hasJson);
    }
    if (found.length === 0 && message.length <= MAX_TEXT) {
      for (const [, quoted, bare] of message.matchAll(pair)) found.push(quoted ?? bare!);
    }
    return found;
  }
}

/** A compiled name of a field. */
export interface FieldName {
  /** The keys that lead to it, in lower case. */
  readonly path: readonly string[];
  /** Matches a payload that has the name, so that most are not parsed. */
  readonly mention: RegExp;
  /** Matches `name=value` in text. */
  readonly pair: RegExp;
}

/** Prepares the search for a field. `user.id` is the key `id` in `user`, or the key `user.id`. */
export function fieldName(name: string): FieldName {
  const path = name.toLowerCase().split(".");
  return {
    path,
    // Other characters may be escaped in JSON.
    mention: new RegExp(escape(/^[^"\\/\p{Cc}]*/u.exec(path.at(-1)!)![0]), "i"),
    pair: new RegExp(`(?<![\\w.-])${escape(name)}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s",;)]+))`, "gi"),
  };
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

/** Adds the values whose keys end with `path`. */
function collect(
  source: unknown,
  path: readonly string[],
  found: Scalar[],
  hasJson: boolean,
): void {
  let visited = 0;
  const visit = (value: unknown, keys: readonly string[]): void => {
    if (++visited > MAX_VISITED || keys.length > MAX_DEPTH) return;
    const isObject = typeof value === "object" && value !== null;
    if (
      (!isObject || hasJson) &&
      path.every((key, i) => key === keys[keys.length - path.length + i])
    ) found.push(isObject ? JSON.stringify(value) : value as Scalar);
    if (Array.isArray(value)) value.forEach((item) => visit(item, keys));
    else if (isObject) {
      for (const key in value) {
        visit((value as Json)[key], [...keys, ...key.toLowerCase().split(".")]);
      }
    }
  };
  visit(source, []);
}

/** Without the carriage returns at the ends of lines, so that `done$` matches. */
function withoutReturns(text: string): string {
  return text.includes("\r") ? text.replace(/\r+(?=\n|$)/g, "") : text;
}
