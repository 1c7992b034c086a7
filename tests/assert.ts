/**
 * The names of `@std/assert` that the tests use, over Node's own strict assertions, so that a
 * machine that reaches npm alone can run them.
 */
import nodeAssert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";

/** Fails unless `value` is truthy. */
export function assert(value: unknown, message?: string): asserts value {
  nodeAssert.ok(value, message);
}

/** Fails unless both are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  nodeAssert.deepEqual(actual, expected, message);
}

/** Fails where both are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  nodeAssert.notDeepEqual(actual, expected, message);
}

/** Fails unless both are the same value (`Object.is`). */
export function assertStrictEquals<T>(actual: T, expected: T, message?: string): void {
  nodeAssert.equal(actual, expected, message);
}

/** Fails unless `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, message?: string): void {
  nodeAssert.ok(
    actual.includes(expected),
    message ?? `Expected ${JSON.stringify(actual)} to contain ${JSON.stringify(expected)}`,
  );
}

/** Fails unless `actual` matches `expected`. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  nodeAssert.match(actual, expected, message);
}

/** Fails where `value` is null or undefined. */
export function assertExists<T>(value: T, message?: string): asserts value is NonNullable<T> {
  nodeAssert.ok(value !== undefined && value !== null, message ?? "Expected a value");
}

// deno-lint-ignore no-explicit-any -- as @std/assert takes any constructor
type ErrorClass<E extends Error> = new (...args: any[]) => E;

/** Fails unless `fn` throws an `errorClass` whose message includes `messageIncludes`. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  errorClass?: ErrorClass<E>,
  messageIncludes?: string,
): E {
  try {
    fn();
  } catch (error) {
    return expectError(error, errorClass, messageIncludes);
  }
  throw new nodeAssert.AssertionError({ message: "Expected the function to throw" });
}

/** Fails unless `fn` rejects with an `errorClass` whose message includes `messageIncludes`. */
export async function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  errorClass?: ErrorClass<E>,
  messageIncludes?: string,
): Promise<E> {
  try {
    await fn();
  } catch (error) {
    return expectError(error, errorClass, messageIncludes);
  }
  throw new nodeAssert.AssertionError({ message: "Expected the function to reject" });
}

/** How long to wait for what should come, so that a test fails rather than hangs. Milliseconds. */
export const PATIENCE = 60_000;

/** Settles as `promise` does; fails where that takes longer than {@linkcode PATIENCE}. */
export async function within<T>(promise: Promise<T>, message: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new nodeAssert.AssertionError({ message })), PATIENCE);
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

/** Fails always. */
export function fail(message?: string): never {
  throw new nodeAssert.AssertionError({ message: message ?? "Failed" });
}

function expectError<E extends Error>(
  error: unknown,
  errorClass: ErrorClass<E> | undefined,
  messageIncludes: string | undefined,
): E {
  nodeAssert.ok(error instanceof (errorClass ?? Error), `Expected an error, got ${error}`);
  if (messageIncludes !== undefined) assertStringIncludes(error.message, messageIncludes);
  return error as E;
}
