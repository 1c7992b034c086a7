/** How the stream is, in words. */
import { assertEquals } from "@std/assert";
import { statusOf } from "../../../web/connection/status.ts";

Deno.test("statusOf() counts the seconds to the next try, and has them not read out", () => {
  const state = { state: "reconnecting", at: 10_000, reason: "The network is away." } as const;
  const detail = "The network is away.";
  for (const [now, text] of [[7100, "Reconnecting in 3 s"], [10_500, "Reconnecting…"]] as const) {
    const expected = { kind: "wait", text, spoken: "Reconnecting", detail } as const;
    assertEquals(statusOf(state, false, now), expected);
  }
});

Deno.test("statusOf() tells a paused view from a stream that is away", () => {
  const live = { state: "live", app: "panini-786", subject: "logs.panini-786.>", expiresAt: 0 };
  assertEquals(statusOf({ ...live, state: "live" }, true, 0).text, "Paused");
  assertEquals(statusOf({ state: "connecting" }, true, 0).text, "Connecting…");
});

Deno.test("statusOf() says why a stream has ended", () => {
  const detail = "Get a new token.";
  const { kind, text, detail: why } = statusOf(
    { state: "ended", reason: "expired", detail },
    false,
    0,
  );
  assertEquals([kind, text, why], ["ended", "The token has expired", detail]);
});
