/**
 * Starts a headless Chromium, for the tests and the benchmark of the viewer.
 *
 * @module
 */
import { type Browser, chromium } from "npm:playwright-core@^1";
import { findOrInstall } from "./install.ts";

/** No sandbox, which root cannot use, and no background network traffic. */
const FLAGS = ("--no-sandbox --headless --disable-gpu --disable-quic --no-first-run " +
  "--disable-background-networking --disable-component-update --disable-sync").split(" ");

/**
 * Starts the Chromium in `CHROMIUM` or on `PATH`. Installs it if it is missing.
 *
 * @throws {Error} If Chromium is missing and cannot be installed; the message says what to run.
 */
export async function launchChromium(): Promise<Browser> {
  const executablePath = await findOrInstall({
    name: "chromium",
    paths: ["/Applications/Chromium.app/Contents/MacOS/Chromium"],
  });
  return await chromium.launch({ executablePath, args: FLAGS });
}
