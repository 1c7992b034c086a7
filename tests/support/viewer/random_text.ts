/**
 * Random text that is hostile to a parser.
 *
 * @module
 */

/** What queries, names and values are made of. */
const PARTS = [
  ...[
    "a",
    "b",
    "Z",
    "0",
    "1",
    "1e999",
    "5ms",
    "é",
    "e\u0301",
    "ß",
    "💥",
    "\ud83d",
    "constructor",
    "__proto__",
  ],
  ...[
    " ",
    "\t",
    "\n",
    "\r",
    "\0",
    "\u00a0",
    "\u2028",
    "\x1b[31m",
    "OR",
    "AND",
    "NOT",
    "level",
    "status",
  ],
  ...[
    '"',
    "'",
    "\\",
    "/",
    "//",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".",
    ":",
    "=",
    "!=",
    "<",
    ">=",
    "-",
    "+",
  ],
  ...["*", "?", "|", "^", "$", "#", "@", "_", "(a+)+$", "(?<n>a)", "\\1", "(?=", '"k":'],
];

/** Returns a function that creates texts of up to `max` parts; the same ones for the same `seed`. */
export function randomTexts(seed: number): (max: number) => string {
  let state = seed;
  const random = (below: number) => {
    // The generator "Park-Miller".
    state = state * 48_271 % (2 ** 31 - 1);
    return state % below;
  };
  return (max) =>
    Array.from({ length: 1 + random(max) }, () => PARTS[random(PARTS.length)]).join("");
}
