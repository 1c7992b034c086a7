/**
 * Regular expressions that may take forever: those with a repeat that can go through the same text in
 * several ways. `(a+)+b` tries 2ⁿ of them on n letters before it finds that there is no `b`.
 *
 * Which character can come behind which is told as by Glushkov's automaton: where, within a repeat, two
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
}

interface Quantifier {
  readonly min: number;
  readonly max: number;
}

const NOTHING: Part = { first: [], last: [], all: [], isEmpty: true };
/** Characters by which two classes are compared: ASCII, and one of each kind of the others. */
const SAMPLES = [...Array(128).keys()].map((code) => String.fromCharCode(code)).join("") +
  "é注\u2028";
/** A repeat of so many is as bad as one without end. */
const MANY = 10;
/** What takes one character, as far as the expression's syntax goes; a class, an escape, a letter. */
const ATOM = /\[(?:\\.|[^\]\\])*\]|\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|c[a-zA-Z]|k<[^>]*>|.)|./sy;
const QUANTIFIER = /([*+?]|\{(\d+)(,?)(\d*)\})\??/y;
const GROUP = /\((\?(?:<[=!]|[=!]|<[^>]*>|[a-z-]*:))?/y;

/** Whether `pattern`, which is a valid one, has such a repeat. */
export function hasAmbiguousRepeat(pattern: RegExp): boolean {
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

  read(): boolean {
    this.#alternatives();
    return this.#isAmbiguous;
  }

  #alternatives(): Part {
    let part = this.#sequence();
    while (this.#take(/\|/y)) {
      const other = this.#sequence();
      part = {
        first: [...part.first, ...other.first],
        last: [...part.last, ...other.last],
        all: [...part.all, ...other.all],
        isEmpty: part.isEmpty || other.isEmpty,
      };
    }
    return part;
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
      return /[=!]/.test(group[1] ?? "") ? NOTHING : part;
    }
    const [atom] = this.#take(ATOM)!;
    if (/^(\^|\$|\\b|\\B)$/.test(atom)) return NOTHING;
    const place: Place = { takes: this.#samples(atom), next: [] };
    return { first: [place], last: [place], all: [place], isEmpty: false };
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
    return { ...part, isEmpty: part.isEmpty || min === 0 };
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
