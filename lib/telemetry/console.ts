/**
 * The console, which packages write to without being asked: nats-core prints why it lost a connection.
 *
 * @module
 */
import { Console } from "node:console";
import { Writable } from "node:stream";
import type { Log } from "./log.ts";

/** Maximum length of what is logged of one call. Characters. */
const TEXT_LENGTH = 1_024;

/** Sends whatever is written to the console to the log, so that standard output has nothing else. */
export function routeConsole(log: Log): void {
  const toLog = (level: "info" | "warn") =>
    new Writable({
      decodeStrings: false,
      write(text: string, _encoding, done) {
        log[level]("console output", { text: text.trimEnd().slice(0, TEXT_LENGTH) });
        done();
      },
    });
  const routed = new Console({ stdout: toLog("info"), stderr: toLog("warn") });
  Object.assign(globalThis.console, routed);
}
