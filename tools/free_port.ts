/**
 * A port for a service that cannot pick one itself.
 *
 * @module
 */

/** Below what the kernel hands out to connections, so that none takes it meanwhile. */
const [LEAST, MOST] = [20_000, 32_000];

/** A port of 127.0.0.1 that nothing listens on. */
export function freePort(): number {
  const port = LEAST + Math.floor(Math.random() * (MOST - LEAST));
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return port;
  } catch {
    return freePort();
  }
}
