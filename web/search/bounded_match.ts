/**
 * Limits the time that a regular expression takes: a match cannot be stopped once it has begun, and blocks
 * the page until it ends.
 *
 * @module
 */
import { countChoices } from "./backtracking.ts";

/** Maximum number of characters that are tested, and that are searched for matches to highlight. */
const MAX_TESTED = 32_768;
const MAX_SEARCHED = 65_536;
/** Maximum time for testing one part. */
const TEST_MS = 10;
/** Maximum time for searching one part. */
const SEARCH_MS = 2;

/** A test that gives up on an expression that is too slow. */
export interface BoundedTest {
  test(text: string): boolean;
  /** Whether it has given up; from then on nothing matches. */
  readonly tooSlow: boolean;
}

/** The position of a match. */
export interface Match {
  readonly start: number;
  readonly end: number;
}

/** What is left for searches in one message. */
export interface SearchBudget {
  /** Maximum number of matches; each becomes an element. */
  matches: number;
  milliseconds: number;
}

/** The budget of one message; a hundred messages may be in view. */
export function searchBudget(milliseconds = 5): SearchBudget {
  return { matches: 500, milliseconds };
}

/** Tests texts with `pattern` until a test takes too long. */
export function boundedTest(pattern: RegExp): BoundedTest {
  if (!mayChoose(pattern)) return { test: (text) => pattern.test(text), tooSlow: false };
  const parts = new Parts(pattern);
  let tooSlow = false;
  return {
    get tooSlow() {
      return tooSlow;
    },
    test(text) {
      const end = Math.min(text.length, MAX_TESTED);
      for (let length = parts.first; !tooSlow; length = parts.after(length)) {
        const part = text.slice(0, Math.min(length, end));
        let matches = false;
        tooSlow = timed(() => void (matches = pattern.test(part)), TEST_MS) > TEST_MS;
        if (part.length === end) return matches && !tooSlow;
      }
      return false;
    },
  };
}

/**
 * Finds the matches in a text, except empty ones; if the search is slow, only those near the beginning.
 *
 * @param pattern Must have the flag `g`.
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

function matchesIn(text: string, pattern: RegExp, max: number): Match[] {
  const matches: Match[] = [];
  if (max <= 0) return matches;
  for (const { 0: found, index } of text.matchAll(pattern)) {
    if (found !== "") matches.push({ start: index, end: index + found.length });
    if (matches.length === max) break;
  }
  return matches;
}

/**
 * A text is matched in parts, each a longer prefix of it. An expression with k choices has about C(n + k, k)
 * ways through n characters: some 10,000 through the first part, and about 8 times as many through each
 * further part. If a part is slow, the next one would be far slower, and is not tried.
 */
class Parts {
  /** Length of the first part. */
  readonly first: number;
  /** Maximum length of a part that has been fast so far. */
  longest = MAX_SEARCHED;
  readonly #growth: number;

  constructor(pattern: RegExp) {
    // The start of the match is a choice too.
    const choices = 1 + countChoices(pattern);
    this.first = mayChoose(pattern) ? Math.max(1, Math.floor(80 / choices)) : Infinity;
    this.#growth = 8 ** (1 / choices);
  }

  /** Length of the part after one of this length. */
  after(length: number): number {
    return Math.max(length + 1, Math.floor(length * this.#growth));
  }
}

/** All rows are searched with the same pattern, which is analyzed once. */
const known = new WeakMap<RegExp, Parts>();

function partsOf(pattern: RegExp): Parts {
  let parts = known.get(pattern);
  if (parts === undefined) known.set(pattern, parts = new Parts(pattern));
  return parts;
}

/** Time that `work` takes, in milliseconds. If it is slow, it runs again, since the machine may be busy. */
function timed(work: () => void, slow: number): number {
  let took = Infinity;
  for (let tries = 0; tries < 2 && took > slow; tries++) {
    const start = performance.now();
    work();
    took = Math.min(took, performance.now() - start);
  }
  return took;
}

/** Whether there may be several ways to match at the same position. */
function mayChoose({ source }: RegExp): boolean {
  const bare = source.replace(/\\.|\[(?:\\.|[^\]\\])*\]/g, "");
  return /[*+?{|]/.test(bare);
}
