/**
 * Describes the state of the stream.
 *
 * @module
 */
import type { ConnectionState } from "./connection_options.ts";
import { t } from "../texts/translate.ts";

/** A state as shown to the user. */
export interface Status {
  /** Determines the color. */
  readonly kind: "wait" | "live" | "paused" | "ended";
  readonly text: string;
  /** For screen readers: without a countdown, which would be read out every second. */
  readonly spoken: string;
  /** The reason, or `""`. */
  readonly detail: string;
}

const ENDED: Readonly<Record<string, string>> = {
  "expired": "The token has expired",
  "denied": "No longer permitted",
  "forbidden": "Not permitted",
  "unauthorized": "The token is not accepted",
  "bad-request": "Invalid request",
  "no-token": "No token",
};

/** Time after which a response is late. */
const SLOW_MS = 4000;
/** The usual reason is that six views with different lines are open over HTTP/1.1. */
const NO_RESPONSE = "No response yet. A browser opens only a few connections to one service: " +
  "if other views of logs are open, also in other tabs, close one.";

/** Describes `state` at the time `now`, in milliseconds since the epoch. */
export function statusOf(state: ConnectionState, paused: boolean, now: number): Status {
  switch (state.state) {
    case "idle":
      return status("wait", t("Not connected"));
    case "connecting":
      return status("wait", t("Connecting…"), now - state.since < SLOW_MS ? "" : NO_RESPONSE);
    case "reconnecting": {
      const seconds = Math.max(0, Math.ceil((state.at - now) / 1000));
      const text = seconds === 0
        ? t("Reconnecting…")
        : t("Reconnecting in {seconds} s", { seconds: String(seconds) });
      return { kind: "wait", text, spoken: t("Reconnecting"), detail: state.reason };
    }
    case "ended":
      return status("ended", ENDED[state.reason] ?? t("Ended"), state.detail);
    case "live":
      return paused ? status("paused", t("Paused")) : status("live", t("Live"));
  }
}

function status(kind: Status["kind"], text: string, detail = ""): Status {
  return { kind, text, spoken: text, detail };
}
