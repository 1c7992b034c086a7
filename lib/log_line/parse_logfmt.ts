/**
 * Logfmt: `level=info msg="order placed" order=8812`.
 *
 * @module
 */

/** A key, `=`, and a value: quoted, or without spaces. */
const PAIR = /([^\s="{}[\]]{1,128})=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))(?=\s|$)\s*/y;
/** Maximum number of pairs; a line with more is not read as logfmt. */
const MAX_PAIRS = 200;

/**
 * Reads a line that consists of key-value pairs and nothing else.
 *
 * @returns The values by key, without escapes; `undefined` if the line is anything else.
 */
export function parseLogfmt(line: string): Map<string, string> | undefined {
  const pairs = new Map<string, string>();
  PAIR.lastIndex = line.length - line.trimStart().length;
  while (PAIR.lastIndex < line.length) {
    const pair = PAIR.exec(line);
    if (pair === null || pairs.size === MAX_PAIRS) return undefined;
    const [, key, quoted, bare] = pair;
    pairs.set(key!, quoted === undefined ? bare! : unescape(quoted));
  }
  return pairs.size > 0 ? pairs : undefined;
}

function unescape(text: string): string {
  if (!text.includes("\\")) return text;
  try {
    return JSON.parse(`"${text}"`);
  } catch {
    return text.replaceAll(/\\(.)/g, "$1");
  }
}
