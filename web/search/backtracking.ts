/**
 * Estimates how much a regular expression may backtrack. An ambiguous repeat, which can match the same text
 * in several ways, has no bound if something after it fails: `(a+)+b` tries 2ⁿ ways on n letters before it
 * finds that there is no `b`. Otherwise the number of choices is a bound: `a*a*b` has two.
 *
 * A repeat is ambiguous if, in its Glushkov automaton, two different paths lead from a place back to itself
 * with the same characters.
 *
 * @module
 */

/** A place in the expression that consumes one character. */
interface Place {
  readonly id: number;
  /** Bit mask of the {@linkcode SAMPLES} that it matches. */
  readonly samples: bigint;
  /** The places that may come next, once for each path that leads there. */
  readonly next: Place[];
}

/** A place, and others that the same characters may lead to instead. */
type Branch = [one: Place, others: readonly Place[]];

/** A part of the expression: the places where it may begin and end, and all its places. */
interface Part {
  readonly first: Place[];
  readonly last: Place[];
  readonly all: Place[];
  readonly canBeEmpty: boolean;
  /** Whether it may fail to match; an optional part never does. */
  readonly canFail: boolean;
  /** Whether it has an ambiguous repeat that can only fail if something after the part fails. */
  readonly isAmbiguous: boolean;
  readonly choices: number;
}

interface Quantifier {
  readonly min: number;
  readonly max: number;
}

const NOTHING: Part = {
  ...{ first: [], last: [], all: [] },
  ...{ canBeEmpty: true, canFail: false, isAmbiguous: false, choices: 0 },
};
/** Characters by which classes are compared: ASCII, and one of each kind besides. */
const SAMPLES = [
  ...Array.from(Array(128).keys(), (code) => String.fromCharCode(code)),
  ...["é", "注", "\u2028"],
];
/** A repeat of at least this many times counts as unlimited. */
const MANY = 10;
/** Maximum number of pairs of places that are followed; an expression that needs more is rejected. */
const MAX_PAIRS = 100_000;
/**
 * Number of choices that two overlapping alternatives count as. The number of ways through a
 * repeat grows with the text, whereas alternatives have all of theirs in the shortest matching text.
 */
const ALTERNATIVE_CHOICES = 4;
/** Syntax that matches one character: a class, an escape, or the character itself. */
const ATOM = /\[(?:\\.|[^\]\\])*\]|\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|c[a-zA-Z]|k<[^>]*>|.)|./sy;
const QUANTIFIER = /([*+?]|\{(\d+)(,?)(\d*)\})\??/y;
const GROUP = /\((\?(?:<[=!]|[=!]|<[^>]*>|[a-z-]*:))?/y;

/**
 * The maximum number of choices on a path through a valid expression: with k choices there are about
 * C(n + k, k) ways through n characters. `Infinity` if an ambiguous repeat makes it exponential.
 *
 * @example
 * ```ts
 * countChoices(/a*a*b/); // 2
 * countChoices(/(a+)+b/); // Infinity
 * ```
 */
export function countChoices(pattern: RegExp): number {
  return new Reader(pattern).read();
}

class Reader {
  readonly #source: string;
  readonly #flags: string;
  #at = 0;
  #places = 0;
  readonly #samples = new Map<string, bigint>();
  #pairsLeft = MAX_PAIRS;
  #isExponential = false;

  constructor({ source, flags }: RegExp) {
    this.#source = source;
    this.#flags = flags.replace(/[gmy]/g, "");
  }

  read(): number {
    const { choices } = this.#alternatives();
    return this.#isExponential ? Infinity : choices;
  }

  #alternatives(): Part {
    const parts = [this.#sequence()];
    while (this.#take(/\|/y)) parts.push(this.#sequence());
    return {
      first: parts.flatMap(({ first }) => first),
      last: parts.flatMap(({ last }) => last),
      all: parts.flatMap(({ all }) => all),
      canBeEmpty: parts.some(({ canBeEmpty }) => canBeEmpty),
      canFail: parts.every(({ canFail }) => canFail),
      isAmbiguous: parts.some(({ isAmbiguous }) => isAmbiguous),
      choices: Math.max(...parts.map(({ choices }) => choices)) +
        ALTERNATIVE_CHOICES * Math.ceil(Math.log2(this.#countOverlapping(parts))),
    };
  }

  #sequence(): Part {
    let part = NOTHING;
    while (this.#at < this.#source.length && !/[|)]/.test(this.#source[this.#at]!)) {
      const next = this.#quantified(this.#atom());
      this.#isExponential ||= part.isAmbiguous && next.canFail;
      connect(part.last, next.first);
      part = {
        first: part.canBeEmpty ? [...part.first, ...next.first] : part.first,
        last: next.canBeEmpty ? [...part.last, ...next.last] : next.last,
        all: [...part.all, ...next.all],
        canBeEmpty: part.canBeEmpty && next.canBeEmpty,
        canFail: part.canFail || next.canFail,
        isAmbiguous: part.isAmbiguous || next.isAmbiguous,
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
      const [, kind = ""] = group;
      if (!/[=!]/.test(kind)) return part;
      // A lookbehind is matched from right to left: what is written before a repeat may fail after it.
      this.#isExponential ||= part.isAmbiguous && kind.startsWith("?<");
      return { ...NOTHING, canFail: true, choices: part.choices };
    }
    const [atom] = this.#take(ATOM)!;
    if (/^(\^|\$|\\b|\\B)$/.test(atom)) return { ...NOTHING, canFail: true };
    const place = { id: this.#places++, samples: this.#samplesOf(atom), next: [] };
    const places = { first: [place], last: [place], all: [place] };
    return { ...places, canBeEmpty: false, canFail: true, isAmbiguous: false, choices: 0 };
  }

  #samplesOf(atom: string): bigint {
    let samples = this.#samples.get(atom);
    if (samples === undefined) {
      // A back reference may match any text.
      const pattern = new RegExp(/^\\[1-9k]/.test(atom) ? "" : `^${atom}$`, this.#flags);
      samples = BigInt(`0b${SAMPLES.map((sample) => Number(pattern.test(sample))).join("")}`);
      this.#samples.set(atom, samples);
    }
    return samples;
  }

  #quantified(part: Part): Part {
    const quantifier = this.#quantifier();
    if (quantifier === undefined) return part;
    const { min, max } = quantifier;
    const isFixed = min === max;
    // A required repetition may fail after the one before it.
    this.#isExponential ||= part.isAmbiguous && min > 1;
    if (max > 1 && !isFixed) connect(part.last, part.first);
    const isAmbiguous = max >= MANY && part.all.some((place) => this.#hasTwoPathsBack(place));
    // A long repeat counts as its required repetitions and one more.
    const times = isFixed || max < MANY ? max : min + 1;
    return {
      ...part,
      canBeEmpty: part.canBeEmpty || min === 0,
      canFail: part.canFail && min > 0,
      isAmbiguous: part.isAmbiguous || isAmbiguous,
      choices: part.choices * times + (isFixed ? 0 : 1),
    };
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

  /** Whether two paths that diverge at `start` lead back to it with the same characters. */
  #hasTwoPathsBack(start: Place): boolean {
    const branches = start.next.map((one, i): Branch => [one, start.next.slice(i + 1)]);
    return this.#leads(branches, (one, other) => one === start && other === start);
  }

  /** The maximum number of alternatives that match the same text, or the beginning of another's. */
  #countOverlapping(alternatives: readonly Part[]): number {
    const full = alternatives.filter(({ canBeEmpty }) => !canBeEmpty);
    const counts = full.map((part) => full.filter((other) => this.#overlap(part, other)).length);
    return Math.max(1, alternatives.length - full.length + Math.max(0, ...counts));
  }

  #overlap(part: Part, other: Part): boolean {
    if (part === other || this.#pairsLeft < 0) return true;
    const branches = part.first.map((one): Branch => [one, other.first]);
    const ends = [...part.last, ...other.last];
    return this.#leads(branches, (one, another) => ends.includes(one) || ends.includes(another));
  }

  /** Whether the same characters lead both places of a branch to a goal; if in doubt, true. */
  #leads(branches: readonly Branch[], isGoal: (one: Place, other: Place) => boolean): boolean {
    const known = new Set<number>();
    const queue: [Place, Place][] = [];
    const add = (one: Place, other: Place) => {
      const key = one.id * 2 ** 26 + other.id;
      if (this.#pairsLeft-- < 0 || (one.samples & other.samples) === 0n || known.has(key)) return;
      known.add(key);
      queue.push([one, other]);
    };
    for (const [one, others] of branches) for (const other of others) add(one, other);
    for (const [one, other] of queue) {
      if (isGoal(one, other)) return true;
      for (const next of one.next) for (const otherNext of other.next) add(next, otherNext);
    }
    return this.#pairsLeft < 0;
  }

  #take(token: RegExp): RegExpExecArray | undefined {
    token.lastIndex = this.#at;
    const found = token.exec(this.#source) ?? undefined;
    this.#at += found?.[0].length ?? 0;
    return found;
  }
}

function connect(from: readonly Place[], to: readonly Place[]): void {
  for (const place of from) place.next.push(...to);
}
