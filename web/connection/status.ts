/**
 * How the stream is, in words.
 *
 * @module
 */
import type { ConnectionState } from "./connection.ts";

/** The words for a state. */
export interface Status {
  /** What the dot's colour goes by. */
  readonly kind: "wait" | "live" | "paused" | "ended";
  readonly text: string;
  /** Without what changes by the second, to be read out. */
  readonly spoken: string;
  /** Why. */
  readonly detail: string;
}

const ENDED: Readonly<Record<string, string>> = {
  "expired": "The token has expired",
  "denied": "No longer permitted",
  "forbidden": "Not permitted",
  "unauthorized": "The token is not accepted",
  "bad-request": "Cannot be asked for",
  "no-token": "No token",
};

/** Says how the stream is, `now`. */
export function statusOf(state: ConnectionState, paused: boolean, now: number): Status {
  switch (state.state) {
    case "idle":
      return said("wait", "Not connected");
    case "connecting":
      return said("wait", "Connecting…");
    case "reconnecting": {
      const seconds = Math.max(0, Math.ceil((state.at - now) / 1000));
      const text = seconds === 0 ? "Reconnecting…" : `Reconnecting in ${seconds} s`;
      return { kind: "wait", text, spoken: "Reconnecting", detail: state.reason };
    }
    case "ended":
      return said("ended", ENDED[state.reason] ?? "Ended", state.detail);
    case "live":
      return paused ? said("paused", "Paused") : said("live", "Live");
  }
}

function said(kind: Status["kind"], text: string, detail = ""): Status {
  return { kind, text, spoken: text, detail };
}
