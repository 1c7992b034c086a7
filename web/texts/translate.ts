/**
 * The viewer's texts in the language of the page.
 *
 * @module
 */
import type { CountedText, Text, Texts } from "./texts.ts";

/** Shared by all viewers of a page. */
let current: Texts = {};
/** The language of the texts. */
export let locale = "en";
/** Selects among the plural forms that {@linkcode setTexts} was called with. */
let plurals: Intl.PluralRules | undefined;

/**
 * Replaces texts; those that are missing stay English. Call it before the page contains a viewer.
 *
 * @param language A BCP 47 language tag, for numbers and plural forms.
 *
 * @throws {RangeError} If `language` is not a valid tag, such as `fr_FR`. The texts then stay as they are.
 *
 * @example
 * ```ts
 * setTexts({ "Live": "En direct", "{count} lines": { one: "{count} ligne", other: "{count} lignes" } }, "fr");
 * ```
 */
export function setTexts(texts: Texts, language = "en"): void {
  plurals = new Intl.PluralRules(language);
  locale = language;
  current = texts;
}

/** A text, with each `{name}` replaced by the value of this name. */
export function t(text: Text, values: Readonly<Record<string, string>> = {}): string {
  return fill(current[text] ?? text, values);
}

/** A count with its noun, such as `1 line` or `1,234 lines`; English has one form for 1, and another one. */
export function count(number: number, text: CountedText): string {
  const english = number === 1 ? text.replace(/s$/, "") : text;
  const forms = current[text] ?? english;
  const form = typeof forms === "string"
    ? forms
    : forms[plurals!.select(number)] ?? forms.other ?? english;
  return fill(form, { count: formatNumber(number) });
}

/** A number with the separators of the language. */
export function formatNumber(number: number, options?: Intl.NumberFormatOptions): string {
  return number.toLocaleString(locale, options);
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (name, key) => values[key] ?? name);
}
