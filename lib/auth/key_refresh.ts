/**
 * Refreshes a key set behind a URL periodically.
 *
 * @module
 */
import type { Log } from "../telemetry/log.ts";
import type { Keys } from "./keys.ts";

/** How often a key set is fetched. */
const REFRESH_MS = 300_000;
/** How soon a key set is fetched again after a failure. */
const RETRY_MS = 10_000;

/** Keeps the keys current for as long as the process runs, if they come from a URL. */
export async function keepKeysCurrent({ refresh }: Keys, log: Log): Promise<void> {
  while (refresh !== undefined) {
    const fetched = await refresh().then(() => true, (error) => {
      // Logs the code of the cause, not its message, which may contain the URL.
      log.warn("key set not refreshed", { reason: String(error), code: error?.cause?.code });
      return false;
    });
    await new Promise((resolve) => setTimeout(resolve, fetched ? REFRESH_MS : RETRY_MS));
  }
}
