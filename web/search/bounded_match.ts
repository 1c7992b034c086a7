/**
 * Bounds the time that a regular expression takes: a match that has begun cannot be stopped, and the page
 * is blocked meanwhile.
 *
 * @module
 */
import { countChoices } from "./ambiguous_repeat.ts";

/** Maximum number of characters of a text that are tested, and that are searched for matches. */
const LONGEST_TESTED = 32_768;
const LONGEST_SEARCHED = 65_536;
/** How long the test of one part may take. */
const TEST_MS = 10;
/** How long the search in one part may take. */
const SEARCH_MS = 2;

/** A test that gives up on an expression that is too slow. */
export interface BoundedTest {
  test(text: string): boolean;
  /** Whether it has given up: from then on nothing fits. */
  readonly tooSlow: boolean;
}

/** Where a match is. */
export interface Match {
  readonly start: number;
  readonly end: number;
}

/** What is left for the searches in one message. */
export interface SearchBudget {
  /** Each match is an element. */
  matches: number;
  milliseconds: number;
}

/** A budget for one message; there may be a hundred messages in view. */
export function searchBudget(milliseconds = 5): SearchBudget {
  return { matches: 500, milliseconds };
}

/** Tests texts with `pattern` until a test takes too long. */
export function boundedTest(pattern: RegExp): BoundedTest {
  if (!mayChoose(pattern)) return { test: (text) => pattern.test(text), tooSlow: false };
  return new PartwiseTest(pattern);
}

/**
 * The matches in a text, without empty ones. If the search is slow, only those near the beginning.
 *
 * @param pattern With the flag `g`.
 */
export function findMatches(text: string, pattern: RegExp, budget: SearchBudget): Match[] {
  const parts = partsOf(pattern);
  const end = Math.min(text.length, parts.longest);
  let matches: Match[] = [];
  let before = 0;
  for (let length = parts.first; budget.milliseconds > 0; length = parts.after(length)) {
    const part = text.slice(0, Math.min(length, end));
    const search = () => void (matches = matchesIn(part, pattern, budget.matches));
    const took = timed(search, SEARCH_MS);
    budget.milliseconds -= took;
    if (took > SEARCH_MS) parts.longest = before;
    if (took > SEARCH_MS || part.length === end || matches.length === budget.matches) break;
    before = length;
  }
  budget.matches -= matches.length;
  return matches;
}

function matchesIn(text: string, pattern: RegExp, most: number): Match[] {
  const matches: Match[] = [];
  if (most <= 0) return matches;
  for (const { 0: found, index } of text.matchAll(pattern)) {
    if (found !== "") matches.push({ start: index, end: index + found.length });
    if (matches.length === most) break;
  }
  return matches;
}

class PartwiseTest implements BoundedTest {
  tooSlow = false;
  readonly #pattern: RegExp;
  readonly #parts: Parts;

  constructor(pattern: RegExp) {
    this.#pattern = pattern;
    this.#parts = new Parts(pattern);
  }

  test(text: string): boolean {
    const end = Math.min(text.length, LONGEST_TESTED);
    for (let length = this.#parts.first; !this.tooSlow; length = this.#parts.after(length)) {
      const part = text.slice(0, Math.min(length, end));
      let fits = false;
      this.tooSlow = timed(() => void (fits = this.#pattern.test(part)), TEST_MS) > TEST_MS;
      if (part.length === end) return fits && !this.tooSlow;
    }
    return false;
  }
}

/**
 * A text is matched in parts, each a longer beginning of it. Through n characters an expression with k
 * choices has about C(n + k, k) ways: some 10,000 through the first part, and through each further part
 * some 8 times as many. If a part is slow, the next would be far slower, and is not tried.
 */
class Parts {
  /** Length of the first part. */
  readonly first: number;
  /** Maximum length of a part that has been fast so far. */
  longest = LONGEST_SEARCHED;
  readonly #growth: number;

  constructor(pattern: RegExp) {
    // Where the match begins is a choice too.
    const choices = 1 + countChoices(pattern);
    this.first = mayChoose(pattern) ? Math.max(1, Math.floor(80 / choices)) : Infinity;
    this.#growth = 8 ** (1 / choices);
  }

  /** Length of the part that follows one of this length. */
  after(length: number): number {
    return Math.max(length + 1, Math.floor(length * this.#growth));
  }
}

/** All rows are searched with the same pattern. */
const known = new WeakMap<RegExp, Parts>();

function partsOf(pattern: RegExp): Parts {
  let parts = known.get(pattern);
  if (parts === undefined) known.set(pattern, parts = new Parts(pattern));
  return parts;
}

/** How long `work` takes, in milliseconds. If it is slow, it is tried again: the machine may be busy. */
function timed(work: () => void, slow: number): number {
  let took = Infinity;
  for (let tries = 0; tries < 2 && took > slow; tries++) {
    const begun = performance.now();
    work();
    took = Math.min(took, performance.now() - begun);
  }
  return took;
}

/** Whether there may be several ways to match at the same place. */
function mayChoose({ source }: RegExp): boolean {
  const bare = source.replace(/\\.|\[(?:\\.|[^\]\\])*\]/g, "");
  return /[*+?{|]/.test(bare);
}
