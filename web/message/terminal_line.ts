// deno-lint-ignore-file no-control-regex -- matches control characters on purpose
/**
 * Reduces output meant for a terminal, such as a progress bar, to what would be left on the screen.
 *
 * @module
 */

/** A control sequence (ECMA-48, section 5.4), a line break, or any other character. */
const TOKENS = /\x1b\[([\d;:?]*)[ -/]*([@-~])|\r?\n|[^]/gu;
/** Controls that move the cursor or erase text; text that has none needs no work. */
const MOVES = /[\b\r]|\x1b\[[\d;]*[CDGK]/;
/** Maximum column of the cursor: padding up to a larger one would take too much memory. */
const MAX_COLUMN = 1_000;

/**
 * Maximum length of the SGR sequences that are kept until a reset, in characters: the result repeats them
 * wherever the style changes.
 */
const MAX_STYLE = 64;

/** A character of a line, and the SGR sequences that apply to it. */
interface Cell {
  readonly character: string;
  readonly style: string;
}

const BLANK: Cell = { character: " ", style: "" };

/**
 * Returns `text` as a terminal would leave it after carriage returns, backspaces, and sequences that move the
 * cursor within a line or erase it. Styles (SGR) stay; each character counts as one column.
 *
 * @example
 * ```ts
 * terminalText("10%\r50%\r100% done"); // "100% done"
 * ```
 */
export function terminalText(text: string): string {
  if (!MOVES.test(text)) return text;
  const lines: string[] = [];
  let cells: Cell[] = [];
  let column = 0;
  let style = "";
  for (const [token, parameters, final] of text.matchAll(TOKENS)) {
    const count = Number.parseInt(parameters ?? "") || 0;
    if (final === "m") style = nextStyle(style, token, parameters!);
    else if (final === "C") column = Math.max(column, Math.min(column + (count || 1), MAX_COLUMN));
    else if (final === "D") column = Math.max(0, column - (count || 1));
    else if (final === "G") column = Math.min(Math.max(count, 1), MAX_COLUMN) - 1;
    else if (final === "K") cells = erase(cells, column, count);
    else if (final !== undefined) continue;
    else if (token === "\r") column = 0;
    else if (token === "\b") column = Math.max(0, column - 1);
    else if (token.endsWith("\n")) {
      lines.push(toText(cells));
      cells = [];
      column = 0;
    } else {
      // After a long line was erased, padding up to its end again and again would take too long.
      if (column > cells.length) column = Math.min(column, Math.max(cells.length, MAX_COLUMN));
      while (cells.length < column) cells.push(BLANK);
      cells[column++] = { character: token, style };
    }
  }
  return [...lines, toText(cells)].join("\n");
}

/** Erases the line from the cursor to the end (0), from the start to the cursor (1), or all of it (2). */
function erase(cells: Cell[], column: number, which: number): Cell[] {
  if (which === 0) {
    cells.length = Math.min(cells.length, column);
    return cells;
  }
  // A long line is erased as a whole: blanking it again and again would take too long.
  if (which !== 1 || column > MAX_COLUMN) return [];
  return cells.fill(BLANK, 0, column + 1);
}

function nextStyle(style: string, token: string, parameters: string): string {
  if (/^0*$/.test(parameters)) return "";
  if (style.length + token.length <= MAX_STYLE) return style + token;
  return token.length <= MAX_STYLE ? token : "";
}

function toText(cells: readonly Cell[]): string {
  let text = "";
  let style = "";
  for (const cell of cells) {
    if (cell.style !== style) text += `${style === "" ? "" : "\x1b[0m"}${cell.style}`;
    style = cell.style;
    text += cell.character;
  }
  return style === "" ? text : `${text}\x1b[0m`;
}
