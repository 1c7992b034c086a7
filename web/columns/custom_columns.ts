/**
 * The columns that the reader chose: any field of the app's lines.
 *
 * @module
 */
import { isJson, type Json } from "../../lib/log_line/envelopes.ts";
import { plainText } from "../message/ansi.ts";
import { inLine } from "../message/json.ts";
import { sourcesOf } from "../rows/field_sources.ts";
import { fieldsOf, type Line } from "../rows/row.ts";

const NONE: ReadonlySet<string> = new Set();
/** Maximum number of columns. */
export const MAX_COLUMNS = 12;
/** Maximum length of a field's name, in characters. */
const MAX_NAME = 100;
/** Limits of a column's width, in characters; a longer value ends in an ellipsis. */
const WIDTH = { min: 4, max: 24 };
/** Maximum length of a value shown. */
const MAX_VALUE = 200;
/** Maximum number of names that are offered. */
const MAX_OFFERED = 40;
/** Maximum depth of the fields that are offered. */
const MAX_DEPTH = 3;
/** Maximum number of items of an array that are searched for a field. */
const MAX_ITEMS = 3;
/** Maximum number of parts of a key that contains dots. */
const MAX_KEY_PARTS = 6;

/** The chosen columns, their values and widths. */
export class CustomColumns {
  /** Whether the view is too narrow for columns. */
  areHidden = false;
  #names: readonly string[] = [];
  #omitted: ReadonlySet<string> = new Set();
  /** Width of each column: that of the longest value so far. */
  #widths: number[] = [];
  /** Rows are drawn in every frame, and their fields are parsed on each call. */
  #values = new WeakMap<Line, readonly string[]>();

  /** The names of the fields. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** The names of fields that are not shown after the message, since they are shown as columns. */
  get omitted(): ReadonlySet<string> {
    return this.areHidden ? NONE : this.#omitted;
  }

  /** Chooses columns by a list such as `status,user.id`. */
  set(list: string): void {
    const names = list.split(/[\s,]+/).map((name) => name.slice(0, MAX_NAME));
    this.#names = [...new Set(names)].filter((name) => name !== "").slice(0, MAX_COLUMNS);
    this.#omitted = new Set(this.#names);
    this.#widths = this.#names.map(({ length }) => bounded(length + 2));
    this.#values = new WeakMap();
  }

  /** The list with a column added at the end, or removed. */
  toggled(name: string): string {
    const others = this.#names.filter((one) => one !== name);
    return (others.length < this.#names.length ? others : [...others, name]).join(",");
  }

  /** The values of a line, in the order of the columns; `""` if it does not have a field. */
  valuesOf(line: Line): readonly string[] {
    let values = this.#values.get(line);
    if (values === undefined) {
      const sources = this.#names.length === 0 ? [] : sourcesOf(line);
      this.#values.set(line, values = this.#names.map((name) => shown(valueOf(sources, name))));
      values.forEach((text, i) => {
        this.#widths[i] = Math.max(this.#widths[i]!, bounded(text.length));
      });
    }
    return values;
  }

  /** The tracks of the columns, for `grid-template-columns`. */
  get tracks(): string {
    return this.#widths.map((width, i) => `[c${i}] ${width}ch`).join(" ");
  }
}

/** Whether a list of columns can have this name. */
export function canBeColumn(name: string): boolean {
  return name.length <= MAX_NAME && !/[\s,]/.test(name);
}

/** The names of the fields in these lines, the most frequent first. */
export function offeredNames(lines: Iterable<Line>): string[] {
  const counts = new Map<string, number>();
  for (const line of lines) {
    for (const name of namesIn(fieldsOf(line), "", 1)) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return [...counts].sort(([, a], [, b]) => b - a).slice(0, MAX_OFFERED).map(([name]) => name);
}

function* namesIn(fields: Json, before: string, depth: number): Generator<string> {
  for (const [key, value] of Object.entries(fields).slice(0, MAX_OFFERED)) {
    const name = before + key;
    if (isJson(value) && depth < MAX_DEPTH) yield* namesIn(value, `${name}.`, depth + 1);
    else if (canBeColumn(name)) yield name;
  }
}

/** The whole value of a field of a line, as text; `""` if the line does not have it. */
export function columnValue(line: Line, name: string): string {
  return valueOf(sourcesOf(line), name);
}

function valueOf(sources: readonly unknown[], name: string): string {
  const path = name.split(".");
  const value = sources.map((source) => find(source, path)).find((found) => found !== undefined);
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function shown(value: string): string {
  return inLine(plainText(value.slice(0, MAX_VALUE)));
}

/** `user.id` is the key `user.id`, or the key `id` in `user`; in an array, the first one. */
function find(value: unknown, path: readonly string[]): unknown {
  if (path.length === 0) return value;
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) {
    return value.slice(0, MAX_ITEMS).map((item) => find(item, path)).find((found) =>
      found !== undefined
    );
  }
  for (let count = Math.min(path.length, MAX_KEY_PARTS); count > 0; count--) {
    const key = path.slice(0, count).join(".");
    if (!Object.hasOwn(value, key)) continue;
    const found = find((value as Json)[key], path.slice(count));
    if (found !== undefined) return found;
  }
  return undefined;
}

function bounded(length: number): number {
  return Math.min(WIDTH.max, Math.max(WIDTH.min, length));
}
