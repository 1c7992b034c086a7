/** A real headless browser for the tests: chromium, found or installed. */
import { type Browser, chromium } from "npm:playwright-core@^1";
import { findOrInstall } from "../../../tools/install.ts";

/** No sandbox, which root cannot use, and no background network traffic. */
const FLAGS = [
  "--no-sandbox",
  "--headless",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Starts chromium: the path in `CHROMIUM`, or on `PATH`. Installs it if there is none.
 *
 * @throws {Error} If chromium is missing and cannot be installed; the message says what to run.
 */
export async function launchChromium(): Promise<Browser> {
  const executablePath = await findOrInstall({
    name: "chromium",
    env: "CHROMIUM",
    paths: ["/Applications/Chromium.app/Contents/MacOS/Chromium"],
    apt: "chromium",
    brew: "chromium",
  });
  return await chromium.launch({ executablePath, args: FLAGS });
}
