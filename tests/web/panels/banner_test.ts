import { assertEquals } from "@std/assert";
import { Banner } from "../../../web/panels/banner.ts";
import type { ConnectionState } from "../../../web/connection/connection_options.ts";

const CONNECTING: ConnectionState = { state: "connecting", since: 0 };
const RETRYING: ConnectionState = {
  state: "reconnecting",
  at: 0,
  reason: "silent",
  text: "The connection timed out.",
};
const ENDED: ConnectionState = { state: "ended", reason: "expired", detail: "" };
const LIVE: ConnectionState = {
  state: "live",
  app: "panini-786",
  subject: "",
  expiresAt: 0,
  history: false,
};

Deno.test("Banner stays until the stream is live, even while another token is tried", () => {
  const banner = new Banner();
  for (const state of [LIVE, CONNECTING, ENDED, CONNECTING]) banner.update(state, 0);
  assertEquals(banner.status(0)?.text, "Your access has expired");
  banner.update(LIVE, 1);
  assertEquals(banner.status(1), undefined);
});

Deno.test("Banner shows why the stream is reconnecting if that takes long, even during an attempt", () => {
  const banner = new Banner();
  banner.update(RETRYING, 0);
  assertEquals(banner.status(2999), undefined);
  for (const [now, state] of [CONNECTING, RETRYING, CONNECTING].entries()) {
    banner.update(state, now);
  }
  const { kind, detail } = banner.status(3000)!;
  assertEquals([kind, detail], ["wait", "The connection timed out."]);
});
