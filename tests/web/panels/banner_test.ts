/** The banner: why no more lines come. */
import { assertEquals } from "@std/assert";
import { Banner } from "../../../web/panels/banner.ts";
import type { ConnectionState } from "../../../web/connection/connection.ts";

const CONNECTING: ConnectionState = { state: "connecting" };
const AGAIN: ConnectionState = { state: "reconnecting", at: 0, reason: "The network is away." };
const ENDED: ConnectionState = { state: "ended", reason: "expired", detail: "" };
const LIVE: ConnectionState = { state: "live", app: "panini-786", subject: "", expiresAt: 0 };

Deno.test("Banner holds the end while another token is tried, until it is live", () => {
  const banner = new Banner();
  for (const state of [LIVE, CONNECTING, ENDED, CONNECTING]) banner.become(state, 0);
  assertEquals(banner.status(0)?.text, "The token has expired");
  banner.become(LIVE, 1);
  assertEquals(banner.status(1), undefined);
});

Deno.test("Banner says why it reconnects, once that takes long, also while it tries", () => {
  const banner = new Banner();
  banner.become(AGAIN, 0);
  assertEquals(banner.status(2999), undefined);
  for (const [now, state] of [CONNECTING, AGAIN, CONNECTING].entries()) banner.become(state, now);
  const { kind, detail } = banner.status(3000)!;
  assertEquals([kind, detail], ["wait", "The network is away."]);
});
