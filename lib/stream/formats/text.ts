/**
 * Human-readable text: Fly log lines as `flyctl logs` prints them.
 *
 * @module
 */
import { type Format, utf8 } from "./format.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Writes a Fly log line as `timestamp provider[machine] region [level] message`, and any other payload
 * unchanged.
 */
export const text: Format = {
  name: "text",
  contentType: "text/plain; charset=utf-8",
  prefix: utf8(""),
  suffix: utf8("\n"),
  keepalive: utf8("\n"),
  encode: (payload) => {
    const line = parseFlyLine(decoder.decode(payload));
    return line === undefined ? payload : utf8(formatFlyLine(line));
  },
  control: ({ event, data, ...retry }) => {
    const pairs = Object.entries({ ...data, ...retry }).map(([name, value]) => `${name}=${value}`);
    return utf8(`# ${event} ${pairs.join(" ")}\n`);
  },
};

/** The parts of a Fly log line that are printed. */
interface FlyLine {
  readonly event: { readonly provider: string };
  readonly fly: { readonly app: { readonly instance: string }; readonly region: string };
  readonly log: { readonly level: string };
  readonly message: string;
  readonly timestamp: string;
}

function formatFlyLine({ event, fly, log, message, timestamp }: FlyLine): string {
  return `${timestamp} ${event.provider}[${fly.app.instance}] ${fly.region} [${log.level}] ${message}`;
}

function parseFlyLine(payload: string): FlyLine | undefined {
  if (!payload.startsWith("{")) return undefined;
  try {
    const line = JSON.parse(payload);
    const parts = [
      line.event.provider,
      line.fly.app.instance,
      line.fly.region,
      line.log.level,
      line.message,
      line.timestamp,
    ];
    return parts.every((part) => typeof part === "string") ? line : undefined;
  } catch {
    return undefined;
  }
}
