/**
 * What a match of a regular expression may cost: nothing stops one that has begun, and the page stands
 * still meanwhile.
 *
 * @module
 */

/** Characters of a text that are looked at. */
const LONGEST = 32_768;
/** How much of a text is tried first. */
const SHORTEST = 16;
/** How much more is tried next: 11 times the cost for five repeats in a row. */
const GROWTH = 1.5;
/** What a match may take. Milliseconds. */
const TOO_LONG = 10;

/** A test that gives up on an expression that is too slow. */
export interface BoundedTest {
  test(text: string): boolean;
  /** Whether it has: then nothing fits any more. */
  readonly tooSlow: boolean;
}

/** Tests texts by `pattern` until a match takes too long. */
export function boundedTest(pattern: RegExp): BoundedTest {
  if (!mayRepeat(pattern.source)) return { test: (text) => pattern.test(text), tooSlow: false };
  return new GrowingTest(pattern);
}

/**
 * A repeat may cost the square of a text's length, several more: the first so many characters are
 * tried, then half as many more, and so on. Where a part is slow, the whole would be far slower.
 */
class GrowingTest implements BoundedTest {
  tooSlow = false;
  readonly #pattern: RegExp;

  constructor(pattern: RegExp) {
    this.#pattern = pattern;
  }

  test(text: string): boolean {
    const end = Math.min(text.length, LONGEST);
    for (let length = SHORTEST; !this.tooSlow; length *= GROWTH) {
      const part = text.slice(0, Math.min(length, end));
      const fits = this.#timed(part);
      if (length >= end) return fits;
    }
    return false;
  }

  /** Slow is what is slow twice: once may be the machine's fault. */
  #timed(text: string): boolean {
    for (let tries = 0; tries < 2; tries++) {
      const begun = performance.now();
      const fits = this.#pattern.test(text);
      if (performance.now() - begun < TOO_LONG) return fits;
    }
    this.tooSlow = true;
    return false;
  }
}

/** Whether some part of an expression may fit more than once. */
function mayRepeat(source: string): boolean {
  const bare = source.replace(/\\.|\[(?:\\.|[^\]\\])*\]/g, "");
  return /[*+{]/.test(bare);
}
