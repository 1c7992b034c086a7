/**
 * Loads the viewer that `deno task build` has built.
 *
 * @module
 */
import type { Log } from "../lib/telemetry/log.ts";
import type { Viewer } from "./viewer_files.ts";

/** How often to look for a viewer that has not been built yet. */
const RETRY_MS = 1_000;

/**
 * Imports the viewer, so that the built program contains it. Resolves to `undefined` if the viewer has
 * not been built.
 */
export async function importViewer(log: Log): Promise<Viewer | undefined> {
  try {
    return (await import("../web/dist/viewer.json", { with: { type: "json" } })).default;
  } catch (error) {
    log.warn("viewer not built: run deno task build", { reason: String(error) });
    return undefined;
  }
}

/** Resolves once the viewer has been built. Deno does not repeat a failed import. */
export async function awaitViewer(): Promise<Viewer> {
  const file = new URL("../web/dist/viewer.json", import.meta.url);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    const text = await Deno.readTextFile(file).catch(() => undefined);
    if (text !== undefined) return JSON.parse(text);
  }
}
