/**
 * Writes conditions into a query, so that what is clicked is what could have been typed.
 *
 * @module
 */
import { isFacet } from "../rows/facets.ts";
import type { TimeSpan } from "../rows/line_time.ts";
import { dateOf, TIME } from "./dates.ts";
import { parseQuery } from "./parse_query.ts";
import { parseQuantity } from "./quantity.ts";
import { type FieldNode, type Node, textsOf, type Value } from "./query.ts";

type PlainValue = Extract<Value, { kind: "value" }>;

/** A condition at the top of a query, which all lines must meet. */
interface Condition {
  readonly node: Node & FieldNode;
  readonly values: readonly PlainValue[];
  /** The condition, with `-` if it excludes. */
  readonly whole: Node;
  readonly excludes: boolean;
}

/** The values that a query selects and excludes. */
export interface ChosenValues {
  readonly selected: ReadonlySet<string>;
  readonly excluded: ReadonlySet<string>;
}

/** The values that the query selects and excludes for a field. */
export function chosenValues(query: string, name: string): ChosenValues {
  const of = (excludes: boolean) =>
    new Set(
      conditions(query, name).filter((one) => one.excludes === excludes)
        .flatMap(({ values }) => values.map(({ text }) => text)),
    );
  return { selected: of(false), excluded: of(true) };
}

/**
 * Selects a value of a field in addition to others, or excludes it. If it is selected or excluded already, it
 * becomes neither.
 *
 * @param query A valid query.
 * @param isField Whether the value is that of a field, which may have the name of a column.
 * @example
 * ```ts
 * toggleValue("timeout level:warn", "level", "error"); // "timeout level:warn,error"
 * toggleValue("timeout", "path", "/healthz", true); // "timeout -path=/healthz"
 * ```
 */
export function toggleValue(
  query: string,
  name: string,
  value: string,
  excludes = false,
  isField = false,
): string {
  const isShort = isFacet(name) ? !isField : parseQuantity(value) !== undefined;
  const operator = isShort ? ":" : "=";
  // `:` also finds values that only contain the one of a field.
  const found = conditions(query, name).filter(({ node }) => isShort || node.operator === "=");
  const holder = found.find(({ values }) => values.some(({ text }) => text === value));
  if (holder !== undefined) {
    const without = withValues(query, holder, holder.values.filter(({ text }) => text !== value));
    return holder.excludes === excludes
      ? without
      : toggleValue(without, name, value, excludes, isField);
  }
  const other = found.find((one) => one.excludes === excludes);
  if (other !== undefined) {
    const added: PlainValue = { kind: "value", text: value, isQuoted: value.includes("*") };
    return withValues(query, other, [...other.values, added]);
  }
  return addCondition(query, `${writtenName(name)}${operator}${writtenValue(value)}`, excludes);
}

function addCondition(query: string, condition: string, excludes = false): string {
  const trimmed = query.trim();
  const { node } = parseQuery(trimmed);
  // A node that does not begin here is in parentheses.
  const before = node?.kind === "or" && !node.start ? `(${closed(trimmed, node)})` : trimmed;
  return `${before} ${excludes ? "-" : ""}${condition}`.trim();
}

/** Quotes words such as `b)` and `b(`, which would close a group too early or too late. */
function closed(query: string, node: Node): string {
  return textsOf(node).reduceRight((query, { start, end }) => {
    const word = query.slice(start, end).replace(/^([^("/]*\).*|[^"/]*\([^)]*)$/, quoted);
    return query.slice(0, start) + word + query.slice(end);
  }, query);
}

/** The span of time that the query selects; `undefined` if it does not restrict the time. */
export function chosenSpan(query: string): TimeSpan | undefined {
  const limits = timeLimits(query);
  if (limits.length === 0) return undefined;
  const ofOperator = (sign: string) =>
    limits.filter(({ node }) => node.operator.startsWith(sign))
      .map(({ values: [date] }) => dateOf(date!.text));
  return { from: Math.max(...ofOperator(">")), to: Math.min(...ofOperator("<")) };
}

/**
 * Selects a span of time, or all times.
 *
 * @example
 * ```ts
 * withSpan("error", { from: 0, to: 60_000 });
 * // "error time>=1970-01-01T00:00:00Z time<1970-01-01T00:01:00Z"
 * ```
 */
export function withSpan(query: string, span?: TimeSpan): string {
  const [first] = timeLimits(query);
  if (first !== undefined) return withSpan(withValues(query, first, []), span);
  if (span === undefined) return query;
  const written = (at: number) => new Date(at).toISOString().replace(".000", "");
  return addCondition(query, `${TIME}>=${written(span.from)} ${TIME}<${written(span.to)}`);
}

/** The conditions on the time of lines. */
function timeLimits(query: string): Condition[] {
  return conditions(query, TIME, /[<>]/)
    .filter(({ values: [date, other], excludes }) =>
      !excludes && !other && !isNaN(dateOf(date!.text))
    );
}

/** Removes the conditions on these fields. */
export function withoutConditions(query: string, names: readonly string[]): string {
  const [first] = names.flatMap((name) => conditions(query, name));
  return first === undefined ? query : withoutConditions(withValues(query, first, []), names);
}

/** What would be left of a condition: parentheses, and `AND`. `\0` is where it was. */
const REST = /\(\s*\0\s*\)|(?<!\S)AND\s+\0|\0\s+AND(?!\S)/;

function withValues(
  query: string,
  { node, whole, excludes }: Condition,
  values: readonly PlainValue[],
): string {
  const written = values.length === 0
    ? "\0"
    : `${excludes ? "-" : ""}${writtenName(node.name)}${node.operator}${
      values.map(rewritten).join(",")
    }`;
  let result = query.slice(0, whole.start) + written + query.slice(whole.end);
  while (REST.test(result)) result = result.replace(REST, "\0");
  return result.replace(/\s*\0\s*/, " ").trim();
}

/** The conditions on a field at the top of a query. */
function conditions(query: string, name: string, operators = /^[:=]$/): Condition[] {
  const { node } = parseQuery(query);
  if (node === undefined) return [];
  return (node.kind === "and" ? node.children : [node]).flatMap((whole) => {
    const excludes = whole.kind === "not";
    const inner = excludes ? whole.child : whole;
    if (inner.kind !== "field" || inner.name !== name || inner.written === undefined) return [];
    const { values, operator } = inner;
    const isPlain = operators.test(operator) && values.every(isPlainValue);
    return isPlain ? [{ node: inner, values, whole, excludes }] : [];
  });
}

function isPlainValue(value: Value): value is PlainValue {
  return value.kind === "value";
}

/** A value of a condition; `*` keeps its meaning. */
function rewritten({ text, isQuoted }: PlainValue): string {
  if (isQuoted) return quoted(text);
  return text.includes("*") ? text : writtenValue(text);
}

/** A value as it has to be typed. */
export function writtenValue(value: string): string {
  return /^[^\s"(),*/\\<>][^\s"(),*/\\]*$/.test(value) ||
      /^\/(?!\/)[^\s"(),*\\^$+|[\]]+$/.test(value) && !/.\/[ims]*$/.test(value)
    ? value
    : quoted(value);
}

/** A name as it has to be typed. */
export function writtenName(name: string): string {
  return /^[\p{L}_@$](?:[\p{L}\p{N}_.@$/-]*[\p{L}\p{N}_])?$/u.test(name) ? name : quoted(name);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
