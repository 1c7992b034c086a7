/**
 * Sends what packages print to the console to the log: nats-core prints why it lost a connection.
 *
 * @module
 */
import { Console } from "node:console";
import { Writable } from "node:stream";
import type { Log } from "./log.ts";

/** Maximum number of characters that are logged per call. */
const TEXT_CHARACTERS = 1_024;

/** Sends everything written to the console to `log`, so that standard output contains only log lines. */
export function routeConsole(log: Log): void {
  const toLog = (level: "info" | "warn") =>
    new Writable({
      decodeStrings: false,
      write(text: string, _encoding, done) {
        log[level]("console output", { text: text.trimEnd().slice(0, TEXT_CHARACTERS) });
        done();
      },
    });
  const routed = new Console({ stdout: toLog("info"), stderr: toLog("warn") });
  Object.assign(globalThis.console, routed);
}
