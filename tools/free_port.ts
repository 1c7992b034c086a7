/**
 * Free ports, for programs that cannot bind port 0.
 *
 * @module
 */

/** Below the kernel's range for outgoing connections, which could otherwise take the port first. */
const [MIN_PORT, MAX_PORT] = [20_000, 32_000];

/** Returns a port of 127.0.0.1 that nothing is listening on. */
export function freePort(): number {
  const port = MIN_PORT + Math.floor(Math.random() * (MAX_PORT - MIN_PORT));
  return isFree(port) ? port : freePort();
}

/** Returns whether nothing is listening on a port of 127.0.0.1. */
export function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch {
    return false;
  }
}
