/**
 * Binary search.
 *
 * @module
 */

/** Index of the first item that is not before the one sought, from `low`; `high` if there is none. */
export function firstIndex(
  low: number,
  high: number,
  isBefore: (index: number) => boolean,
): number {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
