/**
 * Parses the language of the search field. It follows what GitHub, Datadog and Lucene have in common:
 *
 * ```text
 * timeout checkout        both words, in the message, a field or a column
 * "connection reset"      a phrase
 * -healthz  NOT healthz   not this
 * /5\d\d$/i               a regular expression
 * level>=warn             a level, or one that is more severe
 * status:500,502  ms>500  fields of JSON and logfmt
 * time>=2026-11-26        lines of this time or later
 * (a OR b) c              parentheses; OR binds less tightly than a space
 * ```
 *
 * Text that is copied from a line must work as it is, so what is not a condition is a word: `12:30`, `/api/users`,
 * `https://a.example`, `main.(*Shop).Pay`.
 *
 * @module
 */
import { isFacet } from "../rows/facets.ts";
import {
  InvalidQuery,
  type Node,
  type NodeOf,
  type Operator,
  type ParsedQuery,
  type QueryError,
  resultOf,
  type Value,
} from "./query.ts";

/** Limits, since a query may come from a link. */
const MAX_LENGTH = 5000;
const MAX_DEPTH = 30;

/** A name, which may be quoted as in JSON, and an operator. */
const CONDITION =
  /([\p{L}_@$](?:[\p{L}\p{N}_.@$/[\]-]*[\p{L}\p{N}_\]])?|"(?:[^"\\]|\\.)+")(:[<>]=?|!=|[<>]=?|[:=])/uy;
const PHRASE = /"((?:[^"\\]|\\[^])*)("?)/y;
/** A regular expression ends at the first slash that is neither escaped nor in a class. */
const REGEX = /\/((?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([ims]{0,3})(?=[\s)]|$)/y;
/** What looks like the beginning of a regular expression, and not like a path. */
const REGEX_BEGIN =
  /\/(?:[^\s/\\]*(?:\\[^]|[\\^$*+|([])(?:[^/\\]|\\[^])*|[^/]*[\\^$*+|([][^/]*\/)\\?$/y;
const REGEX_SYNTAX = /[\\^$.*+?()[\]{}|]/;
const SPACE = /\s*/y;
const NUMBER = /^[-+]?[\d.]/;

/**
 * Parses a query. Never throws.
 *
 * @example
 * ```ts
 * parseQuery('level>=warn -"health check"');
 * parseQuery('"health'); // { error: 'Close the phrase with "' }
 * ```
 */
export function parseQuery(text: string): ParsedQuery | QueryError {
  return resultOf(() => {
    if (text.length > MAX_LENGTH) throw new InvalidQuery("This search is too long.");
    return { node: new Parser(text).parse() };
  });
}

/** The condition that values in parentheses belong to: `status:(500 OR 502)`. */
type Condition = Pick<NodeOf<"field">, "name" | "operator"> | undefined;

class Parser {
  readonly #text: string;
  #at = 0;
  /** Number of parentheses that are open. */
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Node | undefined {
    this.#skipSpace();
    return this.#at === this.#text.length ? undefined : this.#or(undefined);
  }

  #or(condition: Condition): Node {
    const start = this.#at;
    const children = [this.#and(condition)];
    while (this.#takeWord("OR")) {
      if (this.#isAtEnd()) throw new InvalidQuery("Type what to look for after OR.");
      children.push(this.#and(condition));
    }
    return children.length === 1 ? children[0]! : this.#node(start, { kind: "or", children });
  }

  #and(condition: Condition): Node {
    const start = this.#at;
    const children: Node[] = [];
    while (!this.#isAtEnd() && !this.#isAtWord("OR")) {
      if (this.#takeWord("AND")) continue;
      children.push(this.#term(condition));
      this.#skipSpace();
    }
    if (children.length === 0) {
      if (this.#isAtWord("OR")) throw new InvalidQuery("Type what to look for before OR.");
      throw new InvalidQuery("Type what to look for.");
    }
    return children.length === 1 ? children[0]! : this.#node(start, { kind: "and", children });
  }

  #term(condition: Condition): Node {
    const start = this.#at;
    const isNegated = this.#takeWord("NOT") || this.#takeMinus();
    if (!isNegated) return this.#positive(condition);
    if (this.#isAtEnd()) throw new InvalidQuery("Type what to exclude.");
    return this.#node(start, { kind: "not", child: this.#term(condition) });
  }

  #positive(condition: Condition): Node {
    if (this.#text[this.#at] === "(") return this.#group(condition);
    const start = this.#at;
    if (condition !== undefined) {
      const values = this.#values(condition.operator);
      return this.#node(start, { kind: "field", ...condition, values, written: undefined });
    }
    const node = this.#condition();
    if (node !== undefined) return node;
    this.#at = start;
    const regex = this.#regex();
    if (regex !== undefined) return this.#node(start, regex);
    const phrase = this.#phrase();
    return this.#node(start, { kind: "text", text: phrase ?? this.#word() });
  }

  #group(condition: Condition): Node {
    if (++this.#depth > MAX_DEPTH) throw new InvalidQuery("There are too many parentheses.");
    this.#at++;
    this.#skipSpace();
    if (this.#at === this.#text.length) throw new InvalidQuery("Close the parenthesis with ).");
    const node = this.#or(condition);
    if (this.#text[this.#at] !== ")") throw new InvalidQuery("Close the parenthesis with ).");
    this.#at++;
    this.#depth--;
    return node;
  }

  /** A condition on a field; `undefined` if the text is meant as a word. */
  #condition(): Node | undefined {
    const start = this.#at;
    const [all, written, sign] = this.#take(CONDITION) ?? [];
    if (all === undefined) return undefined;
    const isQuoted = written!.startsWith('"');
    const name = isQuoted ? unescape(written!.slice(1, -1)) : written!;
    const operator = (sign!.replace(/^:(?=[<>])/, "").replace("!=", "=")) as Operator;
    // JSON has a space between a key and its value.
    if (isQuoted) this.#skipSpace();
    if (this.#text.startsWith("//", this.#at)) return undefined;
    if (this.#isValueMissing()) {
      const isCondition = this.#at === this.#text.length || isFacet(name);
      if (!isCondition) return undefined;
      throw new InvalidQuery("Type a value after {name}", { name: written! + sign });
    }
    const isComparison = /[<>]/.test(operator);
    if (this.#text[this.#at] === "(" && !isComparison) return this.#group({ name, operator });
    const values = this.#values(operator);
    // A comma that was copied with a value of JSON.
    const last = values.at(-1);
    if (isQuoted && last?.kind === "value" && last.text === "" && !last.isQuoted) values.pop();
    const isNumber = values.every((value) => value.kind === "value" && NUMBER.test(value.text));
    if (isComparison && name !== "level" && !isNumber) return undefined;
    const whole = this.#text.slice(start, this.#at);
    const node: Node = this.#node(start, {
      ...{ kind: "field", name, operator, values },
      written: whole,
    });
    return sign === "!=" ? this.#node(start, { kind: "not", child: node }) : node;
  }

  /** Values with commas in between, any of which may match. */
  #values(operator: Operator): Value[] {
    const regex = operator === ":" ? this.#regex() : undefined;
    if (regex !== undefined && (regex.flags !== "" || REGEX_SYNTAX.test(regex.source))) {
      return [regex];
    }
    if (regex !== undefined) this.#at -= regex.source.length + 2;
    const values: Value[] = [];
    do {
      const phrase = this.#phrase();
      const text = phrase ?? this.#word(",");
      values.push({ kind: "value", text, isQuoted: phrase !== undefined });
    } while (this.#text[this.#at] === "," && ++this.#at);
    return values;
  }

  #regex(): NodeOf<"regex"> & Value | undefined {
    const start = this.#at;
    const [, source, flags] = this.#take(REGEX) ?? [];
    if (source !== undefined) {
      return { kind: "regex", source, flags: flags!, start, end: this.#at };
    }
    REGEX_BEGIN.lastIndex = start;
    if (REGEX_BEGIN.test(this.#text)) {
      throw new InvalidQuery("Close the regular expression with /, or put the text in quotes.");
    }
    return undefined;
  }

  #phrase(): string | undefined {
    const [, content, end] = this.#take(PHRASE) ?? [];
    if (content === undefined) return undefined;
    if (end === "") throw new InvalidQuery('Close the phrase with "');
    return unescape(content);
  }

  /** The text up to a space, or up to a parenthesis that closes a group. Other parentheses belong to the word. */
  #word(end = ""): string {
    const start = this.#at;
    let open = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at]!;
      if (/\s/.test(character) || character === end) break;
      if (character === "(") open++;
      else if (character === ")" && --open < 0 && this.#depth > 0) break;
    }
    return this.#text.slice(start, this.#at);
  }

  #isValueMissing(): boolean {
    const next = this.#text[this.#at] ?? " ";
    return /\s/.test(next) || (next === ")" && this.#depth > 0);
  }

  /** Whether the query or the group ends here. */
  #isAtEnd(): boolean {
    this.#skipSpace();
    return this.#at === this.#text.length || (this.#depth > 0 && this.#text[this.#at] === ")");
  }

  #takeMinus(): boolean {
    const isMinus = this.#text[this.#at] === "-" &&
      /^$|[^\s-]/.test(this.#text.slice(this.#at + 1, this.#at + 2));
    if (isMinus) this.#at++;
    return isMinus;
  }

  #isAtWord(word: string): boolean {
    return this.#text.startsWith(word, this.#at) &&
      /^[\s()]?$/.test(this.#text.slice(this.#at + word.length).slice(0, 1));
  }

  #takeWord(word: string): boolean {
    if (!this.#isAtWord(word)) return false;
    this.#at += word.length;
    this.#skipSpace();
    return true;
  }

  #skipSpace(): void {
    this.#take(SPACE);
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    this.#at += match?.[0].length ?? 0;
    return match;
  }

  #node<const T extends object>(start: number, part: T): T & { start: number; end: number } {
    return { ...part, start, end: this.#at };
  }
}

function unescape(text: string): string {
  return text.replace(/\\(["\\])/g, "$1");
}
