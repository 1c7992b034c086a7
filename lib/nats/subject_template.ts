/**
 * How a platform builds the subjects of its log lines: `logs.{app}.{region}.{machine}`.
 *
 * @module
 */

/** What a placeholder stands for. */
export type Placeholder = "app" | "region" | "machine";

/** A token of a template. */
type Token = { readonly literal: string } | { readonly placeholder: Placeholder };

const PLACEHOLDERS: readonly Placeholder[] = ["app", "region", "machine"];
const LITERAL = /^[A-Za-z0-9_-]+$/;
/** NATS closes the connection of a client that subscribes to a subject of more than 4,096 characters. */
const MAX_LENGTH = 1_000;

/**
 * A template of subjects.
 *
 * @example
 * ```ts
 * new SubjectTemplate("k8s.{app}").toSubject({ app: "web" }); // "k8s.web"
 * ```
 */
export class SubjectTemplate {
  /** The template as it is configured. */
  readonly text: string;
  readonly #tokens: readonly Token[];

  /** @throws {TypeError} If the template cannot work. The message says why. */
  constructor(text: string) {
    if (text.length > MAX_LENGTH) {
      throw new TypeError(
        `it has ${text.length} characters, but at most ${MAX_LENGTH} are possible`,
      );
    }
    this.text = text;
    this.#tokens = text.split(".").map(parseToken);
    for (const placeholder of PLACEHOLDERS) {
      const count = this.#count(placeholder);
      if (count > 1) throw new TypeError(`it contains {${placeholder}} ${count} times`);
    }
    if (!this.has("app")) {
      throw new TypeError("it contains no {app}, so the lines of all apps would look the same");
    }
  }

  /** Returns whether the template contains this placeholder. */
  has(placeholder: Placeholder): boolean {
    return this.#count(placeholder) > 0;
  }

  /**
   * Returns the subject that matches the lines of these names. Placeholders without a name match any: those
   * at the end become `>`, others `*`.
   *
   * @param names Each a single token of a subject (`isName`), for placeholders that the template has.
   */
  toSubject(names: Readonly<Partial<Record<Placeholder, string | undefined>>>): string {
    const filled = this.#tokens.map((token) =>
      "literal" in token ? token.literal : names[token.placeholder]
    );
    const end = filled.findLastIndex((name) => name !== undefined) + 1;
    const subject = filled.slice(0, end).map((name) => name ?? "*");
    return [...subject, ...(end < filled.length ? [">"] : [])].join(".");
  }

  #count(placeholder: Placeholder): number {
    return this.#tokens.filter((token) =>
      "placeholder" in token && token.placeholder === placeholder
    )
      .length;
  }
}

function parseToken(token: string): Token {
  const placeholder = PLACEHOLDERS.find((placeholder) => token === `{${placeholder}}`);
  if (placeholder !== undefined) return { placeholder };
  if (LITERAL.test(token)) return { literal: token };
  if (token === "") throw new TypeError('it contains an empty token: check its "."');
  if (/^\{[^{}]*\}$/.test(token)) {
    throw new TypeError(`it contains ${token}, but only {app}, {region} and {machine} exist`);
  }
  if (token.includes("{")) {
    throw new TypeError(`a placeholder is a token of its own, but ${JSON.stringify(token)} is not`);
  }
  throw new TypeError(`${JSON.stringify(token)} is not a token of letters, digits, "-" and "_"`);
}
