/**
 * Describes the state of the stream.
 *
 * @module
 */
import type { ConnectionState } from "./connection_options.ts";
import type { EndedReason } from "./reconnect_policy.ts";
import type { Text } from "../texts/texts.ts";
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

/** What has happened, and what to do. Readers know nothing of tokens. */
const ENDED: Readonly<Record<EndedReason, readonly [text: Text, detail: Text]>> = {
  "expired": ["Your access has expired", "Reload the page to continue."],
  "denied": ["You no longer have access", "Access to these logs has been withdrawn."],
  "forbidden": ["No access", "You do not have access to these logs."],
  "unauthorized": ["No access", "Sign in again, or reload the page."],
  "bad-request": [
    "Logs cannot be shown",
    "This page is not set up correctly. Contact its operator.",
  ],
  "no-token": ["No access", "Sign in, and try again."],
  "app-required": ["Choose an app", "You have access to the logs of several apps."],
};

/** Time after which a response is late. */
const SLOW_MS = 4000;
/** The usual reason is that six views with different lines are open over HTTP/1.1. */
const NO_RESPONSE: Text =
  "No response yet. A browser opens only a few connections to a service. If other views of logs are open, here or in other tabs, close one.";

/** Describes `state` at the time `now`, in milliseconds since the epoch. */
export function statusOf(state: ConnectionState, paused: boolean, now: number): Status {
  switch (state.state) {
    case "idle":
      return status("wait", t("Not connected"));
    case "connecting":
      return status("wait", t("Connecting…"), now - state.since < SLOW_MS ? "" : t(NO_RESPONSE));
    case "reconnecting": {
      const seconds = Math.max(0, Math.ceil((state.at - now) / 1000));
      const text = seconds === 0
        ? t("Reconnecting…")
        : t("Reconnecting in {seconds} s", { seconds: String(seconds) });
      return { kind: "wait", text, spoken: t("Reconnecting"), detail: t(state.text) };
    }
    case "ended": {
      const [text, detail] = ENDED[state.reason];
      return status(state.apps === undefined ? "ended" : "paused", t(text), t(detail));
    }
    case "live":
      return paused ? status("paused", t("Paused")) : status("live", t("Live"));
  }
}

function status(kind: Status["kind"], text: string, detail = ""): Status {
  return { kind, text, spoken: text, detail };
}
