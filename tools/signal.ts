/**
 * Signals to a process that may have ended.
 *
 * @module
 */

/** Sends a signal; does nothing where the process has ended already. */
export function sendSignal(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // Thrown where the process has ended.
  }
}
