/**
 * How many ways a regular expression may have through a text. With an ambiguous repeat, which can go
 * through the same text in several ways, there is no bound: `(a+)+b` tries 2ⁿ ways on n letters before
 * it finds that there is no `b`. Without one, the number of choices is a bound: `a*a*b` has two.
 *
 * Which character can follow which is determined as by Glushkov's automaton: if, within a repeat, two
 * ways lead on from one place with the same character, the repeat is ambiguous.
 *
 * @module
 */

/** A place in the expression that takes one character. */
interface Place {
  /** Those of {@linkcode SAMPLES} that it takes. */
  readonly takes: string;
  /** The places that may come next, once for each way that leads there. */
  readonly next: Place[];
}

/** A part of the expression: where it may begin and end, and all between. */
interface Part {
  readonly first: Place[];
  readonly last: Place[];
  readonly all: Place[];
  /** Whether it may fit nothing. */
  readonly isEmpty: boolean;
  /** See {@linkcode countChoices}. */
  readonly choices: number;
}

interface Quantifier {
  readonly min: number;
  readonly max: number;
}

const NOTHING: Part = { first: [], last: [], all: [], isEmpty: true, choices: 0 };
/** Characters by which two classes are compared: ASCII, and one of each kind of the others. */
const SAMPLES = [...Array(128).keys()].map((code) => String.fromCharCode(code)).join("") +
  "é注\u2028";
/** A repeat of so many is as bad as one without end. */
const MANY = 10;
/**
 * Choices that each doubling of the ways by alternatives counts as. The ways of a repeat grow with the
 * text; alternatives have all of theirs through the shortest text that fits.
 */
const ALTERNATIVE = 4;
/** What takes one character, as far as the expression's syntax goes; a class, an escape, a letter. */
const ATOM = /\[(?:\\.|[^\]\\])*\]|\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|c[a-zA-Z]|k<[^>]*>|.)|./sy;
const QUANTIFIER = /([*+?]|\{(\d+)(,?)(\d*)\})\??/y;
const GROUP = /\((\?(?:<[=!]|[=!]|<[^>]*>|[a-z-]*:))?/y;

/** Whether `pattern`, which is a valid one, has such a repeat. */
export function hasAmbiguousRepeat(pattern: RegExp): boolean {
  return countChoices(pattern) === Infinity;
}

/**
 * The maximum number of choices on a way through `pattern`, which is a valid one: k choices have about
 * C(n + k, k) ways through n characters. Infinity if it has such a repeat.
 */
export function countChoices(pattern: RegExp): number {
  return new Reader(pattern).read();
}

class Reader {
  readonly #source: string;
  readonly #flags: string;
  #at = 0;
  #isAmbiguous = false;

  constructor({ source, flags }: RegExp) {
    this.#source = source;
    this.#flags = flags;
  }

  read(): number {
    const { choices } = this.#alternatives();
    return this.#isAmbiguous ? Infinity : choices;
  }

  #alternatives(): Part {
    const parts = [this.#sequence()];
    while (this.#take(/\|/y)) parts.push(this.#sequence());
    const choices = Math.max(...parts.map(({ choices }) => choices));
    return {
      first: parts.flatMap(({ first }) => first),
      last: parts.flatMap(({ last }) => last),
      all: parts.flatMap(({ all }) => all),
      isEmpty: parts.some(({ isEmpty }) => isEmpty),
      choices: choices + ALTERNATIVE * Math.ceil(Math.log2(waysInto(parts))),
    };
  }

  #sequence(): Part {
    let part = NOTHING;
    while (this.#at < this.#source.length && !/[|)]/.test(this.#source[this.#at]!)) {
      const next = this.#quantified(this.#atom());
      lead(part.last, next.first);
      part = {
        first: part.isEmpty ? [...part.first, ...next.first] : part.first,
        last: next.isEmpty ? [...part.last, ...next.last] : next.last,
        all: [...part.all, ...next.all],
        isEmpty: part.isEmpty && next.isEmpty,
        choices: part.choices + next.choices,
      };
    }
    return part;
  }

  #atom(): Part {
    const group = this.#take(GROUP);
    if (group !== undefined) {
      const part = this.#alternatives();
      this.#take(/\)/y);
      // What looks ahead or behind takes nothing.
      return /[=!]/.test(group[1] ?? "") ? { ...NOTHING, choices: part.choices } : part;
    }
    const [atom] = this.#take(ATOM)!;
    if (/^(\^|\$|\\b|\\B)$/.test(atom)) return NOTHING;
    const place: Place = { takes: this.#samples(atom), next: [] };
    return { first: [place], last: [place], all: [place], isEmpty: false, choices: 0 };
  }

  /** A reference to what was found before may be anything. */
  #samples(atom: string): string {
    if (/^\\[1-9k]/.test(atom)) return SAMPLES;
    const fits = new RegExp(`^${atom}$`, this.#flags.replace(/[gmy]/g, ""));
    return Array.from(SAMPLES).filter((sample) => fits.test(sample)).join("");
  }

  #quantified(part: Part): Part {
    const quantifier = this.#quantifier();
    if (quantifier === undefined) return part;
    const { min, max } = quantifier;
    // So many and no other number is one way.
    if (max > 1 && min !== max) lead(part.last, part.first);
    if (max >= MANY && part.all.some(forks)) this.#isAmbiguous = true;
    // A long repeat is known to have one way only, except through nothing.
    const times = min === max || max < MANY ? max : min + 1;
    const choices = part.choices * times + (min === max ? 0 : 1);
    return { ...part, isEmpty: part.isEmpty || min === 0, choices };
  }

  #quantifier(): Quantifier | undefined {
    const [, sign, min, comma, max] = this.#take(QUANTIFIER) ?? [];
    if (sign === undefined) return undefined;
    if (sign === "*") return { min: 0, max: Infinity };
    if (sign === "+") return { min: 1, max: Infinity };
    if (sign === "?") return { min: 0, max: 1 };
    if (comma === "") return { min: Number(min), max: Number(min) };
    return { min: Number(min), max: max === "" ? Infinity : Number(max) };
  }

  #take(token: RegExp): RegExpExecArray | undefined {
    token.lastIndex = this.#at;
    const found = token.exec(this.#source) ?? undefined;
    this.#at += found?.[0].length ?? 0;
    return found;
  }
}

/** The maximum number of alternatives that the same character leads into. */
function waysInto(alternatives: readonly Part[]): number {
  const full = alternatives.filter(({ isEmpty }) => !isEmpty);
  const ways = new Map<string, number>();
  for (const { first } of full) {
    for (const sample of new Set(first.map(({ takes }) => takes).join(""))) {
      ways.set(sample, (ways.get(sample) ?? 0) + 1);
    }
  }
  return Math.max(1, alternatives.length - full.length + Math.max(0, ...ways.values()));
}

function lead(from: readonly Place[], to: readonly Place[]): void {
  for (const place of from) place.next.push(...to);
}

/** Whether two ways lead on with the same character. */
function forks({ next }: Place): boolean {
  const taken = new Set<string>();
  for (const { takes } of next) {
    for (const sample of takes) {
      if (taken.has(sample)) return true;
      taken.add(sample);
    }
  }
  return false;
}
