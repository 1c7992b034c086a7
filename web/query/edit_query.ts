/**
 * Writes conditions into a query, so that what is clicked is what could have been typed.
 *
 * @module
 */
import { COLUMN_NAMES, parseQuery } from "./parse_query.ts";
import { parseQuantity } from "./quantity.ts";
import type { FieldNode, Node } from "./query.ts";

/** A condition at the top of a query, which all lines must meet. */
interface Condition {
  readonly node: Node & FieldNode;
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
        .flatMap(({ node }) => textsOf(node)),
    );
  return { selected: of(false), excluded: of(true) };
}

/**
 * Selects a value of a field in addition to others, or excludes it. If it is selected or excluded already, it
 * becomes neither.
 *
 * @param query A valid query.
 * @example
 * ```ts
 * toggleValue("timeout level:warn", "level", "error"); // "timeout level:warn,error"
 * toggleValue("timeout", "path", "/healthz", true); // "timeout -path=/healthz"
 * ```
 */
export function toggleValue(query: string, name: string, value: string, excludes = false): string {
  const found = conditions(query, name);
  const holder = found.find(({ node }) => textsOf(node).includes(value));
  if (holder !== undefined) {
    const without = withValues(query, holder, textsOf(holder.node).filter((one) => one !== value));
    return holder.excludes === excludes ? without : toggleValue(without, name, value, excludes);
  }
  const other = found.find((one) => one.excludes === excludes);
  if (other !== undefined) return withValues(query, other, [...textsOf(other.node), value]);
  return addCondition(query, name, value, excludes);
}

/** Adds a condition on the whole value, which `:` is for columns and numbers. It excludes the value or selects it. */
function addCondition(query: string, name: string, value: string, excludes: boolean): string {
  const parsed = parseQuery(query);
  const node = "error" in parsed ? undefined : parsed.node;
  const trimmed = query.trim();
  const isBareOr = node?.kind === "or" && trimmed.length === node.end - node.start;
  const before = isBareOr ? `(${trimmed})` : trimmed;
  const operator = COLUMN_NAMES.has(name) || parseQuantity(value) !== undefined ? ":" : "=";
  const condition = `${writtenName(name)}${operator}${writtenValue(value)}`;
  return `${before} ${excludes ? "-" : ""}${condition}`.trim();
}

/** Removes the conditions on these fields. */
export function withoutConditions(query: string, names: readonly string[]): string {
  return names.reduce((text, name) => {
    for (
      let [first] = conditions(text, name);
      first !== undefined;
      [first] = conditions(text, name)
    ) {
      text = withValues(text, first, []);
    }
    return text;
  }, query);
}

function withValues(query: string, { node, whole, excludes }: Condition, values: string[]): string {
  const written = values.length === 0
    ? ""
    : `${excludes ? "-" : ""}${writtenName(node.name)}${node.operator}${
      values.map(writtenValue).join(",")
    }`;
  let [before, after] = [query.slice(0, whole.start).trim(), query.slice(whole.end).trim()];
  while (written === "" && before.endsWith("(") && after.startsWith(")")) {
    [before, after] = [before.slice(0, -1).trim(), after.slice(1).trim()];
  }
  return [before, written, after].filter((part) => part !== "").join(" ");
}

/** The conditions on a field at the top of a query. */
function conditions(query: string, name: string): Condition[] {
  const parsed = parseQuery(query);
  if ("error" in parsed || parsed.node === undefined) return [];
  const { node } = parsed;
  return (node.kind === "and" ? node.children : [node]).flatMap((whole) => {
    const excludes = whole.kind === "not";
    const inner = excludes ? whole.child : whole;
    const isPlain = inner.kind === "field" && inner.name === name &&
      (inner.operator === ":" || inner.operator === "=") && inner.values.every(({ kind }) =>
        kind === "value"
      ) &&
      inner.written.replace('"', "").startsWith(name);
    return isPlain ? [{ node: inner, whole, excludes }] : [];
  });
}

function textsOf({ values }: FieldNode): string[] {
  return values.flatMap((value) => value.kind === "value" ? [value.text] : []);
}

/** A value as it has to be typed. */
export function writtenValue(value: string): string {
  return /^[^\s"(),*/\\]+$/.test(value) ||
      /^\/[^\s"(),*\\^$+|[\]]+$/.test(value) && !value.endsWith("/")
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
