/**
 * Waiting for what should come, no longer than a test that fails should take.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { assertEquals } from "@std/assert";

/** How long to wait for what should come, so that a test fails rather than hangs. Milliseconds. */
export const PATIENCE = 60_000;

/** Settles as `promise` does; fails where that takes longer than {@linkcode PATIENCE}. */
export async function within<T>(promise: Promise<T>, message: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(message)), PATIENCE);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits until `read` resolves to what is deeply equal to `expected`; fails where that takes longer
 * than {@linkcode PATIENCE}.
 */
export async function assertEventually<T>(
  read: () => T | PromiseLike<T>,
  expected: T,
  message?: string,
): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const actual = await read();
    if (isDeepStrictEqual(actual, expected)) return;
    if (performance.now() > deadline) return assertEquals(actual, expected, message);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
