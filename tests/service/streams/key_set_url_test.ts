/** A service whose key set URL fails in various ways. */
import { assert, assertEquals } from "@std/assert";
import { startNatsServer } from "../../../tools/nats_server.ts";
import { assertEventually } from "../../support/patience.ts";
import { read } from "../../support/clients/sse_reader.ts";
import { startConnected } from "../../support/service.ts";
import { serveKeys } from "../../support/tokens/key_url.ts";
import { createSigner, outcome } from "../../support/tokens/signer.ts";

/** Maximum time for an answer while the URL fails. With a fetch for each token, they would take minutes. */
const MAX_ANSWER_MS = 30_000;
/** Minimum time between two fetches. */
const PAUSE_MS = 5_000;

/** How a failing URL answers; `after` is disposed when the failure is over. */
type Fault = (after: DisposableStack) => Response | Promise<Response>;

const FAULTS: [fault: string, answer: Fault][] = [
  ["is down", () => new Response("down", { status: 503 })],
  ["takes 10 s", (after) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, 10_000, Response.json({ keys: [] }));
      after.defer(() => clearTimeout(timer));
      after.defer(() => resolve(new Response()));
    })],
  ["serves garbage", () => new Response("<html>\u0000".repeat(1_000))],
  ["serves 10 MB", () => Response.json({ keys: [], x: "x".repeat(10_000_000) })],
];

Deno.test("Known keys are accepted, and 200 unknown ones cause few fetches, while the key set's URL", async (t) => {
  const [known, unknown, next] = await Promise.all(["known", "unknown", "next"].map(createSigner));
  await using nats = await startNatsServer();
  await using keyUrl = serveKeys(known!.jwk);
  await using service = await startConnected({ NATS_URL: nats.url, JWT_JWKS_URL: keyUrl.url });
  await assertEventually(async () => outcome(service, await known!.sign()), "stream");

  for (const [fault, answer] of FAULTS) {
    await t.step(fault, async () => {
      await using _open = await read(`${service.url}/logs?token=${await known!.sign()}`);
      using after = new DisposableStack();
      const before = keyUrl.asked;
      const started = performance.now();
      keyUrl.answer = () => answer(after);
      // Right after a fetch, the key set is considered complete; later, the URL is fetched again.
      const first: Promise<string>[] = [];
      await assertEventually(async () => {
        first.push(outcome(service, await unknown!.sign()));
        return keyUrl.asked > before;
      }, true);
      const tokens = Array.from({ length: 200 }, (_, i) => unknown!.sign({ kid: `unknown ${i}` }));
      assertEquals(await outcome(service, await known!.sign()), "stream", "During the fetch");
      const times = await Promise.all(tokens.map(async (token) => {
        const asked = performance.now();
        assertEquals(await outcome(service, await token), "keys_unavailable");
        return performance.now() - asked;
      }));
      await Promise.all(first);
      const fetches = keyUrl.asked - before;
      const slowest = Math.round(Math.max(...times));
      console.log(
        `A URL that ${fault}: ${fetches} fetches for 200 unknown keys, answered in ${slowest} ms`,
      );
      assert(slowest < MAX_ANSWER_MS, `An answer took ${slowest} ms`);
      assert(fetches <= 1 + (performance.now() - started) / PAUSE_MS, `${fetches} fetches`);
    });
  }

  await t.step("is back, with another key: no restart", async () => {
    keyUrl.answer = () => Response.json({ keys: [next!.jwk] });
    const started = performance.now();
    await assertEventually(async () => outcome(service, await next!.sign()), "stream");
    console.log(
      `New key accepted ${Math.round(performance.now() - started)} ms after the URL works again`,
    );
    assertEquals(await outcome(service, await known!.sign()), "token_signature");
  });
});
