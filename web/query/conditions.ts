/**
 * Tests of one field: `level>=warn`, `machine:web-*`, `status:500`, `ms>500`.
 *
 * @module
 */
import { SEVERITIES, type Severity, severityOf } from "../../lib/log_line/severity.ts";
import { type Facet, isFacet } from "../rows/facets.ts";
import type { Line } from "../rows/row.ts";
import { lineTime } from "../rows/line_time.ts";
import { type Candidate, fieldName, type Scalar } from "./candidate.ts";
import { dateOf, TIME } from "./dates.ts";
import { literalSource } from "./literal_source.ts";
import { numberIn, parseQuantity, type Quantity } from "./quantity.ts";
import { type FieldNode, InvalidQuery, type Operator, type Value } from "./query.ts";

/** Tests a line. */
export type Test = (candidate: Candidate) => boolean;
/** Compiles a regular expression into a test of a text that gives up if it is too slow. */
export type CompileRegex = (source: string, flags: string) => (text: string) => boolean;

const MESSAGES = ["message", "msg"];

/**
 * Compiles a condition.
 *
 * @throws {InvalidQuery} If it cannot be met.
 */
export function conditionTest(node: FieldNode, compileRegex: CompileRegex): Test {
  const { name, operator, written } = node;
  if (name === "level") return levelTest(node, compileRegex);
  const column = isFacet(name) ? columnTest(node, name, compileRegex) : undefined;
  // To look for a field with the name of a column in all lines would be slow, so `:` does not.
  if (column !== undefined && operator !== "=") return column;
  const tests = node.values.map((value) => valueTest(value, operator, name, compileRegex));
  const any = (value: Scalar) => tests.some((test) => test(value));
  if (name === TIME && comparesDates(node)) return ({ line }) => any(lineTime(line));
  const field = fieldName(name);
  const isMessage = MESSAGES.includes(name);
  // Copied text such as `main.go:42` looks like a condition. So does a list that is a value itself: `a,b`.
  const asText = operator === ":" && written !== undefined
    ? new RegExp(`${literalSource(written)}${/\d$/.test(written) ? "(?!\\d)" : ""}`, "i")
    : undefined;
  return (candidate) => {
    if (column?.(candidate) || candidate.fieldValues(field, operator === "=").some(any)) {
      return true;
    }
    if (isMessage && any(candidate.line.message)) return true;
    return asText !== undefined && asText.test(candidate.text);
  };
}

function levelTest({ operator, values }: FieldNode, compileRegex: CompileRegex): Test {
  if (operator === ":" || operator === "=") {
    const tests = values.map((value) => textTest(value, compileRegex));
    const named = values.flatMap((value) =>
      value.kind === "value" ? severitiesNamed(value.text) : []
    );
    return ({ line }) => named.includes(line.severity) || tests.some((test) => test(line.level));
  }
  const [value] = values;
  const severity = value?.kind === "value" ? severityOf(value.text.toLowerCase()) : "none";
  if (severity === "none") {
    throw new InvalidQuery("Compare the level with debug, info, warn or error.");
  }
  const wanted = rank(severity);
  return ({ line }) => line.severity !== "none" && ordered(operator, rank(line.severity) - wanted);
}

/** The severities that `text` begins or is a longer form of, such as `err`, `warning` and `information`. */
function severitiesNamed(text: string): Severity[] {
  const name = text.toLowerCase();
  if (name === "") return [];
  return SEVERITIES.filter((one) => one.startsWith(name) || name.startsWith(one));
}

/** How severe, as a number. */
function rank(severity: Severity): number {
  return -SEVERITIES.indexOf(severity);
}

function columnTest({ values }: FieldNode, column: Facet, compileRegex: CompileRegex): Test {
  const tests = values.map((value) => textTest(value, compileRegex, column === "machine"));
  return ({ line }) => tests.some((test) => test(line[column]));
}

/** A short form of an id in hexadecimal digits, as Git and Docker have. */
const SHORT_ID = /^[0-9a-f]{6,}$/i;

/** Tests a whole name; `*` stands for any characters. */
function textTest(
  value: Value,
  compileRegex: CompileRegex,
  hasShortForm = false,
): (text: string) => boolean {
  const isId = hasShortForm && value.kind === "value" && !value.isQuoted &&
    SHORT_ID.test(value.text);
  return patternTest(
    value,
    compileRegex,
    (text) => `^${isId ? `${text}[0-9a-f]*` : literalSource(text)}$`,
  );
}

/**
 * Tests a text with a value that is a regular expression, or in which `*` stands for any characters.
 *
 * @param sourceOf Converts any other value to the source of a regular expression.
 */
function patternTest(
  value: Value,
  compileRegex: CompileRegex,
  sourceOf: (text: string) => string,
): (text: string) => boolean {
  if (value.kind === "regex") return compileRegex(value.source, value.flags);
  const { text, isQuoted } = value;
  const isGlob = !isQuoted && text.includes("*");
  const pattern = new RegExp(isGlob ? globSource(text) : sourceOf(text), "i");
  return (text) => pattern.test(text);
}

/** Takes linear time, since a value may be a megabyte. */
function globSource(text: string): string {
  const [first = "", ...rest] = text.split(/\*+/).map(literalSource);
  const last = rest.pop() ?? "";
  // The first place of each part is the best one: a lookahead is not tried again, unlike `[^]*`.
  const middle = rest.map((part, i) => `(?=([^]*?${part}))\\${i + 1}`).join("");
  return `^${first}${middle}[^]*${last}$`;
}

function valueTest(
  value: Value,
  operator: Operator,
  name: string,
  compileRegex: CompileRegex,
): (value: Scalar) => boolean {
  const isComparison = isOrdered(operator);
  const date = isComparison && value.kind === "value" ? dateOf(value.text) : NaN;
  if (!isNaN(date)) {
    return (scalar) => {
      const at = typeof scalar === "number" ? scalar : dateOf(String(scalar));
      return ordered(operator, at - date);
    };
  }
  const quantity = value.kind === "value" ? parseQuantity(value.text) : undefined;
  if (value.kind === "value" && (isComparison || quantity !== undefined)) {
    return (scalar) =>
      !isComparison && String(scalar) === value.text ||
      quantity !== undefined && compared(scalar, operator, quantity, name);
  }
  const test = patternTest(value, compileRegex, (text) => {
    const source = literalSource(text);
    return operator === "=" || text === "" ? `^${source}$` : source;
  });
  return (scalar) => test(String(scalar));
}

/** Whether a condition compares a field with dates. */
function comparesDates({ operator, values }: FieldNode): boolean {
  return isOrdered(operator) &&
    values.every((value) => value.kind === "value" && !isNaN(dateOf(value.text)));
}

function isOrdered(operator: Operator): boolean {
  return /[<>]/.test(operator);
}

function compared(scalar: Scalar, operator: Operator, wanted: Quantity, name: string): boolean {
  if (typeof scalar !== "number" && typeof scalar !== "string") return false;
  const value = parseQuantity(String(scalar));
  if (value === undefined) return false;
  return ordered(operator, numberIn(value, wanted, name) - wanted.number);
}

function ordered(operator: Operator, difference: number): boolean {
  if (operator === ">") return difference > 0;
  if (operator === ">=") return difference >= 0;
  if (operator === "<") return difference < 0;
  return operator === "<=" ? difference <= 0 : difference === 0;
}

/** Whether a word is what a column shows: part of a machine's name, or another column's whole value. */
export function isInColumns({ machine, region, provider, level }: Line, word: RegExp): boolean {
  if (word.test(machine)) return true;
  // Nearly all lines are of the provider `app`, which is not shown.
  return isWhole(region, word) || (provider !== "app" && isWhole(provider, word)) ||
    isWhole(level, word);
}

function isWhole(text: string, word: RegExp): boolean {
  return text !== "" && word.exec(text)?.[0].length === text.length;
}
