import { assert, assertEquals } from "@std/assert";
import { Problem, PROBLEM_CODES } from "../../../lib/problem.ts";
import { decide } from "../../../web/connection/reconnect_policy.ts";
import type { Outcome } from "../../../web/connection/stream/stream_request.ts";
import { statusOf } from "../../../web/connection/status.ts";

Deno.test("statusOf() counts down to the next attempt, but not for screen readers", () => {
  const detail = "The connection timed out.";
  const state = { state: "reconnecting", at: 10_000, reason: "silent", text: detail } as const;
  for (const [now, text] of [[7100, "Reconnecting in 3 s"], [10_500, "Reconnecting…"]] as const) {
    const expected = { kind: "wait", text, spoken: "Reconnecting", detail } as const;
    assertEquals(statusOf(state, false, now), expected);
  }
});

Deno.test("statusOf() shows that the view is paused only while the stream is live", () => {
  const live = {
    state: "live",
    app: "panini-786",
    subject: "logs.panini-786.>",
    expiresAt: 0,
    history: false,
  };
  assertEquals(statusOf({ ...live, state: "live" }, true, 0).text, "Paused");
  assertEquals(statusOf({ state: "connecting", since: 0 }, true, 0).text, "Connecting…");
});

Deno.test("statusOf() shows why the stream has ended", () => {
  const detail = "Get a new token.";
  const { kind, text, detail: why } = statusOf(
    { state: "ended", reason: "expired", detail },
    false,
    0,
  );
  assertEquals([kind, text, why], [
    "ended",
    "Your access has expired",
    "Reload the page to continue.",
  ]);
});

Deno.test("a response that is late is explained", () => {
  const state = { state: "connecting", since: 1000 } as const;
  assertEquals(statusOf(state, false, 4999).detail, "");
  assert(statusOf(state, false, 5000).detail.includes("close one"));
});

/** Words that readers do not know. */
const JARGON = /\b(nats|tokens?|jwt|cors)\b/i;

Deno.test("statusOf() explains every outcome without technical terms", () => {
  const detail = "NATS rejected the token, or CORS does not permit this origin.";
  const outcomes: Outcome[] = [
    ...["expired", "denied", "shutdown", "stalled"].map((reason) => {
      return { kind: "ended", reason, retry: undefined } as const;
    }),
    ...["unreachable", "cut", "silent"].map((why) => ({ kind: "lost", why }) as Outcome),
    ...PROBLEM_CODES.map((code) => {
      const { status } = new Problem(code, detail);
      return { kind: "refused", status, code, detail, retryAfter: undefined } as const;
    }),
  ];
  for (const outcome of outcomes) {
    for (const canRenew of [true, false]) {
      for (const isFresh of [true, false]) {
        const decision = decide(outcome, { canRenew, isFresh }, true);
        const state = "end" in decision
          ? { ...decision, state: "ended", reason: decision.end } as const
          : { ...decision, state: "reconnecting", at: 0, reason: "" } as const;
        const shown = Object.values(statusOf(state, false, 0)).join(" ");
        assert(!JARGON.test(shown), `${JSON.stringify(outcome)} is shown as "${shown}"`);
      }
    }
  }
});
