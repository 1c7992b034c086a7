/**
 * The functions of `@std/assert` that the tests use, on top of Node's strict assertions, so that
 * the tests run on machines that can reach npm but not JSR.
 */
import nodeAssert from "node:assert/strict";

/** Fails unless `value` is truthy. */
export function assert(value: unknown, message?: string): asserts value {
  nodeAssert.ok(value, message);
}

/** Fails unless both values are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  nodeAssert.deepEqual(actual, expected, message);
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

// deno-lint-ignore no-explicit-any -- like @std/assert, accepts any constructor
type ErrorClass<E extends Error> = new (...args: any[]) => E;

/** Fails unless `fn` throws an `errorClass` whose message contains `messageIncludes`. */
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

/** Fails unless `fn` rejects with an `errorClass` whose message contains `messageIncludes`. */
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

/** Always fails. */
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
