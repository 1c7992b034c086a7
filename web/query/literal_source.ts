/**
 * Converts text to the source of a regular expression that matches it however it is encoded, in place, so that the
 * positions of matches need no conversion.
 *
 * @module
 */

/** Spaces that look the same, and tabs. */
const SPACE = "[ \\t\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000]";
const IS_SPACE = new RegExp(SPACE);
const SYNTAX = /[.*+?^${}()|[\]\\/]/;

/** The source that matches exactly `text`; `é` may be one character or two, and spaces may be of any kind. */
export function literalSource(text: string): string {
  return Array.from(text.normalize("NFC"), (character) => {
    return SYNTAX.test(character) ? `\\${character}` : characterSource(character);
  }).join("");
}

/** Characters outside of classes that are not escaped. */
const PARTS = /\\[^]|\[(?:[^\]\\]|\\[^])*\]?|[^]/gu;

/** The source of a regular expression, in which `é` and spaces match like those of {@linkcode literalSource}. */
export function tolerantSource(source: string): string {
  const composed = source.normalize("NFC");
  return composed.replace(PARTS, (part) => /^[\\[]/.test(part) ? part : characterSource(part));
}

function characterSource(character: string): string {
  if (IS_SPACE.test(character)) return SPACE;
  if (character < "\u0080") return character;
  const decomposed = character.normalize("NFD");
  return decomposed === character ? character : `(?:${character}|${decomposed})`;
}
