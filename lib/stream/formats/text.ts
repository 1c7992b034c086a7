/**
 * Human-readable text: log lines as `flyctl logs` prints them.
 *
 * @module
 */
import { flyctlText } from "../../log_line/flyctl_text.ts";
import { parseLogLine } from "../../log_line/log_line.ts";
import { controlFields, type Format, utf8 } from "./format.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Writes a line that came through a log collector as `timestamp provider[machine] region [level] message`,
 * with the level that the app's own line has, and the message as the app printed it. A part that is not
 * known is empty, but a time is always given: that of arrival, if necessary. Any other payload is unchanged.
 */
export const text: Format = {
  name: "text",
  contentType: "text/plain; charset=utf-8",
  prefix: utf8(""),
  suffix: utf8("\n"),
  keepalive: utf8("\n"),
  encode: (payload) => {
    const line = flyctlText(parseLogLine(decoder.decode(payload)), Date.now());
    return line === undefined ? payload : utf8(line);
  },
  control: (control) => {
    const pairs = Object.entries(controlFields(control)).map(([name, value]) => `${name}=${value}`);
    return utf8(`# ${[control.event, ...pairs].join(" ")}\n`);
  },
};
