/**
 * Signals to a process that may have exited already.
 *
 * @module
 */

/** Sends a signal; does nothing if the process has exited. */
export function sendSignal(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // Thrown if the process has exited.
  }
}
