/**
 * Finds levels in plain text, in the places where loggers put them.
 *
 * @module
 */
import { levelName, severityOf } from "./severity.ts";

/** A line's header ends within this many characters. */
const MAX_HEADER = 200;
/** Maximum number of parts of a header, such as a thread or a logger's name, in front of the level. */
const MAX_PARTS = 8;

/** A word that may be a level. */
const WORD = "[A-Za-z]{3,13}";

/** How a line that starts with its level can begin; the level is in the first group that matches. */
const LEADING: readonly RegExp[] = [
  // INFO: x, [error] x, <warn> x, fail: Microsoft.Hosting[0], ERRO[0000] x, ERROR:root:x, error | x
  new RegExp(`^[[<(]?(${WORD})(?:\\d{0,2}[\\]>)]|:|\\[\\d+\\]|\\s*\\|\\s|\\t)`),
  // WARN  x, ERROR x
  /^([A-Z]{3,13})\d?\s/,
  // ℹ  info      x
  /^[^\w\s[\]<>(){}"'`]{1,2}\s+([a-z]{3,9})\s{2,}/,
  // PHP Warning:  x, PHP Fatal error:  x
  /^PHP (?:Fatal |Parse |Recoverable fatal )?(Warning|Notice|error):/,
  // npm error x, npm ERR! x
  /^npm (ERR|error|WARN|warn|notice|info|verb|silly|http)\b/,
];

/** A date, a time, or both. Loggers write dozens of forms; this accepts anything of their shape. */
const TIME = new RegExp(
  "(?:" + [
    // 2026-01-01T10:00:00.123Z, 2026/01/01 10:00:00, 01-Jan-2026 10:00:00.123, 01/Jan/2026:10:00:00 +0000
    "\\d{1,4}[-/. ](?:\\d{1,2}|[A-Z][a-z]{2})[-/. ]\\d{2,4}(?:[T :,]{1,2}\\d{1,2}:\\d\\d(?::\\d\\d)?(?:[.,]\\d{1,9})?)?",
    // Jan  1 10:00:00, Thu Jan 01 10:00:00 2026
    "(?:[A-Z][a-z]{2},? )?[A-Z][a-z]{2} {1,2}\\d{1,2} \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?: \\d{4})?",
    // 10:00:00.123, 10:00AM
    "\\d{1,2}:\\d\\d(?::\\d\\d)?(?:[.,]\\d{1,9})?",
  ].join("|") + ")(?: ?(?:Z|UTC|GMT|[AP]M|[+-]\\d\\d:?\\d\\d|[ACEIJKMP][DES]?T(?![A-Z])))?",
  "y",
);
/** What stands between the parts of a header. */
const SEPARATORS = /[\s|,:-]*/y;
/** A level at the end of a header: in capitals, or set off from what follows. */
const LEVEL = new RegExp(`(?:[A-Z]{3,13}|(${WORD})(?=\\s*[:|\\]/\\t]| - ))(?![A-Za-z])`, "y");
/** Any other part of a header: in brackets, a number, or a name that is set off from what follows. */
const PART = new RegExp(
  [
    // [main], (pid), {gen.py:4}, <0.1.0>
    "\\[([^[\\]\\n]{0,100})\\]",
    "\\([^()\\n]{0,100}\\)",
    "\\{[^{}\\n]{0,100}\\}",
    "<[^<>\\n]{0,100}>",
    // request_id=F8aa
    "[\\w.]{1,50}=\\S{1,100}",
    // web-1 shop[7]
    "[\\w.-]{1,100} [\\w.-]{1,100}\\[\\d+\\]",
    // 7, #7, 7.1
    "#?\\d+(?:[.:]\\w+)*(?![\\w.])",
    // root - , root | , production.ERROR:
    "[\\w.$@/#-]{1,100}(?=\\s+[-|]\\s|\\.[A-Z]{3,13}:)\\.?",
  ].join("|"),
  "y",
);

const LETTER = /[A-Za-z]/;
/** How a header that starts with a date can begin: `Jan  1`, `Thu Jan 01`. */
const MONTH = /^[A-Z][a-z]{2},? /;
/** Loggers that write a level as one letter, or as a number. */
const REDIS = /^\d+:[A-Z] \d\d [A-Z][a-z]{2} \d{4} [\d:.]+ ([.*#-]) /;
const KLOG = /^([EWIFD])\d{4} \d\d:\d\d:\d\d/;
const RUBY = /^([EWIFDA]), \[/;
const SYSLOG = /^<(\d{1,3})>/;
const LETTERS: Readonly<Record<string, string>> = {
  E: "error",
  W: "warn",
  I: "info",
  F: "fatal",
  D: "debug",
};

/** The characters that stand for levels in Redis's log. */
const REDIS_LEVELS: Readonly<Record<string, string>> = {
  ".": "debug",
  "-": "verbose",
  "*": "notice",
  "#": "warning",
};

/** Levels that are more often the first word of something else, as in `http: Server closed`. */
const AMBIGUOUS = new Set(["config", "fault", "fine", "http", "log", "success"]);

/**
 * Finds the level of a line of plain text: at its start, or after a time and whatever else loggers put before
 * a message. A word in a sentence is never a level.
 *
 * @returns The level in lower case; `""` if there is none.
 * @example
 * ```ts
 * levelInText("2026-01-01 10:00:00,123 - root - ERROR - payment failed"); // "error"
 * levelInText("an error occurred"); // ""
 * ```
 */
export function levelInText(text: string): string {
  const line = text.slice(0, MAX_HEADER).trimStart();
  // Most lines have no header. The first character limits which kinds of header are possible.
  const first = line[0] ?? "";
  if (first >= "0" && first <= "9") return levelInHeader(line) || levelBySign(line);
  if (first === "[") return leadingLevel(line) || levelInHeader(line);
  if (first === "<") return leadingLevel(line) || levelByPriority(line);
  if (!LETTER.test(first)) return first > "~" ? leadingLevel(line) : "";
  if (MONTH.test(line)) return leadingLevel(line) || levelInHeader(line);
  return mayLead(firstWord(line)) ? leadingLevel(line) || levelByLetter(line) : "";
}

function firstWord(line: string): string {
  let end = 0;
  for (let code = line.charCodeAt(0) | 0x20; code >= 0x61 && code <= 0x7a;) {
    code = line.charCodeAt(++end) | 0x20;
  }
  return line.slice(0, end);
}

/** Keeps most lines from the regular expressions, which take four times as long. */
function mayLead(word: string): boolean {
  return word.length === 1 || word === "npm" || word === "PHP" || known(word) !== "";
}

function leadingLevel(text: string): string {
  for (const pattern of LEADING) {
    const word = pattern.exec(text)?.[1];
    const level = known(word);
    if (level === "") continue;
    // In capitals with a colon, or after a symbol, it is a level anyway.
    if (!AMBIGUOUS.has(level) || /^(?:[A-Z]+:|[^ -~])/.test(text)) return level;
  }
  return "";
}

function levelBySign(text: string): string {
  return REDIS_LEVELS[REDIS.exec(text)?.[1] ?? ""] ?? "";
}

function levelByLetter(text: string): string {
  if (!/^[A-Z][,\d]/.test(text)) return "";
  return LETTERS[(KLOG.exec(text) ?? RUBY.exec(text))?.[1] ?? ""] ?? "";
}

function levelByPriority(text: string): string {
  const priority = SYSLOG.exec(text)?.[1];
  return priority === undefined ? "" : levelName(Number(priority) % 8);
}

function levelInHeader(text: string): string {
  let at = 0;
  let timed = false;
  for (let part = 0; part < MAX_PARTS; part++) {
    at += matchAt(SEPARATORS, text, at)!.length;
    const time = matchAt(TIME, text, at);
    if (time !== undefined) {
      timed = true;
      at += time.length;
      continue;
    }
    if (part > 0) {
      const word = matchAt(LEVEL, text, at);
      const level = known(word);
      // Such as in `http: Server closed`. In capitals, it is a level anyway.
      if (AMBIGUOUS.has(level) && word !== word!.toUpperCase()) return "";
      if (level !== "") return level;
    }
    const found = matchAt(PART, text, at);
    // If neither a time nor a bracket precedes it, the text is a sentence.
    if (found === undefined || part === 0 && found[0] !== "[" && !timed) return "";
    const level = levelInBrackets(found, timed);
    if (level !== "") return level;
    timed ||= found[0] === "[" && matchAt(TIME, found, 1) !== undefined;
    at += found.length;
  }
  return "";
}

/** `[error]`, `[core:error]`, `[ERROR/MainProcess]`, `[10:00:00 WRN]`, `[2026-01-01T10:00:00Z ERROR crate]`. */
function levelInBrackets(part: string, timed: boolean): string {
  if (part[0] !== "[") return "";
  const content = part.slice(1, -1).trim();
  const [, module, word] = /^(\w+:)?([A-Za-z]{3,13})(?:\/\S*)?$/.exec(content) ?? [];
  const level = module === undefined || timed ? known(word) : "";
  if (level !== "") return level;
  const time = matchAt(TIME, content, 0);
  if (time === undefined) return "";
  return known(/^[\s:,|-]*([A-Z]{3,13})(?![A-Za-z])/.exec(content.slice(time.length))?.[1]);
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function known(word: string | undefined): string {
  if (word === undefined) return "";
  const level = word.toLowerCase();
  return severityOf(level) === "none" ? "" : level;
}
