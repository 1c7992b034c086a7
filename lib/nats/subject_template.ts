/**
 * How a platform builds the subjects of its log lines: `logs.{app}.{region}.{machine}`.
 *
 * @module
 */

/** What a placeholder stands for. */
export type Placeholder = "app" | "region" | "machine";

/** The tokens of a subject: literals and placeholders. */
export interface SubjectTemplate {
  /** The template as it is configured. */
  readonly text: string;
  /** Whether the subjects tell apart what this placeholder stands for. */
  has(placeholder: Placeholder): boolean;
  /**
   * Returns the subject that matches the lines of these names. Placeholders without a name match any: those at
   * the end become `>`, others `*`.
   *
   * @param names Each a single token of a subject (`isName`), of placeholders that the template has.
   */
  toSubject(names: Readonly<Partial<Record<Placeholder, string | undefined>>>): string;
}

const PLACEHOLDERS: readonly Placeholder[] = ["app", "region", "machine"];
const LITERAL = /^[A-Za-z0-9_-]+$/;

/**
 * Reads a template.
 *
 * @throws {TypeError} If it cannot work; the message says why.
 * @example
 * ```ts
 * parseSubjectTemplate("k8s.{app}").toSubject({ app: "web" }); // "k8s.web"
 * ```
 */
export function parseSubjectTemplate(text: string): SubjectTemplate {
  const tokens = text.split(".").map(parseToken);
  for (const placeholder of PLACEHOLDERS) {
    const count = tokens.filter((token) => token.placeholder === placeholder).length;
    if (count > 1) throw new TypeError(`it has {${placeholder}} ${count} times`);
  }
  const has = (placeholder: Placeholder) =>
    tokens.some((token) => token.placeholder === placeholder);
  if (!has("app")) throw new TypeError("it has no {app}, so lines of all apps would look the same");
  return {
    text,
    has,
    toSubject(names) {
      const filled = tokens.map(({ literal, placeholder }) =>
        placeholder === undefined ? literal : names[placeholder]
      );
      const last = filled.findLastIndex((token) => token !== undefined);
      const subject = filled.slice(0, last + 1).map((token) => token ?? "*");
      return last === tokens.length - 1 ? subject.join(".") : [...subject, ">"].join(".");
    },
  };
}

function parseToken(token: string): { literal?: string; placeholder?: Placeholder } {
  const placeholder = PLACEHOLDERS.find((placeholder) => token === `{${placeholder}}`);
  if (placeholder !== undefined) return { placeholder };
  if (LITERAL.test(token)) return { literal: token };
  if (token === "") throw new TypeError('it has an empty token: check its "."');
  if (/^\{[^{}]*\}$/.test(token)) {
    throw new TypeError(`it has ${token}, but only {app}, {region} and {machine} exist`);
  }
  if (token.includes("{")) {
    throw new TypeError(`a placeholder is a token of its own, but ${JSON.stringify(token)} is not`);
  }
  throw new TypeError(`${JSON.stringify(token)} is not a token of letters, digits, "-" and "_"`);
}
