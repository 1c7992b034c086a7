/** Waits for something that should happen, but no longer than a failing test should take. */
import { isDeepStrictEqual } from "node:util";
import { assertEquals } from "@std/assert";

/** How long a test waits before it fails. */
export const PATIENCE_MS = 60_000;

/** Bounds of the time between two attempts; it grows with the time waited, because attempts take CPU time. */
const [MIN_PAUSE_MS, MAX_PAUSE_MS] = [10, 100];

/** Settles as `promise` does, or rejects with `message` after {@linkcode PATIENCE_MS}. */
export async function within<T>(promise: Promise<T>, message: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(message)), PATIENCE_MS);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits until `read` returns a value deeply equal to `expected`; fails after
 * {@linkcode PATIENCE_MS}.
 */
export async function assertEventually<T>(
  read: () => T | PromiseLike<T>,
  expected: T,
  message?: string,
): Promise<void> {
  const start = performance.now();
  for (;;) {
    const actual = await read();
    if (isDeepStrictEqual(actual, expected)) return;
    const waited = performance.now() - start;
    if (waited > PATIENCE_MS) return assertEquals(actual, expected, message);
    const pause = Math.min(Math.max(waited / 10, MIN_PAUSE_MS), MAX_PAUSE_MS);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
