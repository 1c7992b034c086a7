import { assert, assertEquals, assertRejects } from "@std/assert";
import { type JWK, SignJWT } from "jose";
import { type Clock, install } from "npm:@sinonjs/fake-timers@^15";
import { createKeys } from "../../../lib/auth/keys.ts";
import type { OnIgnored } from "../../../lib/auth/public_keys.ts";
import { createVerify } from "../../../lib/auth/token.ts";
import { codeOf } from "../../support/problem_code.ts";
import { base64url } from "../../support/tokens/forgery.ts";
import { type KeyUrl, serveKeys } from "../../support/tokens/key_url.ts";
import { createSigner } from "../../support/tokens/signer.ts";

/** Installs a clock that only the test advances, so that no pause takes time or ends too early. */
function stopClock(): Clock & Disposable {
  const clock = install({ now: Date.now(), toFake: ["Date", "performance"] });
  return Object.assign(clock, { [Symbol.dispose]: () => clock.uninstall() });
}

function open({ url }: KeyUrl, onIgnored?: OnIgnored) {
  const keys = createKeys({ kind: "url", url: new URL(url) }, onIgnored);
  const verify = createVerify(keys, { maxTtl: 3600, appClaim: "app", allowAllApps: false });
  const outcome = (token: string) => verify(token).then(() => "accepted", codeOf);
  return { outcome, refresh: keys.refresh! };
}

/** Unusable keys, which are ignored in a key set (RFC 7517, section 5). */
const broken: JWK[] = [
  { kty: "EC", crv: "P-256", x: "AA", y: "AA", kid: "broken" },
  { kty: "EC", crv: "P-256", x: "AA", y: "AA", kid: "first" },
  { kty: "future", kid: "first" },
  { kty: "RSA", n: "AQAB", e: "AQAB", alg: "RS256" },
];
const down = () => new Response("down", { status: 503 });
const [first, second] = [await createSigner("first"), await createSigner("second")];
/** Longer than every pause between fetches. */
const LATER_MS = 60_000;

Deno.test("createKeys() fetches a key set once for all tokens that are waiting for it", async () => {
  await using keyUrl = serveKeys(first.jwk, second.jwk);
  const { outcome } = open(keyUrl);
  const signers = Array.from({ length: 50 }, (_, i) => i % 2 === 0 ? first : second);
  const outcomes = await Promise.all(signers.map(async ({ sign }) => outcome(await sign())));
  assertEquals(new Set(outcomes), new Set(["accepted"]));
  assertEquals(keyUrl.asked, 1);
  assertEquals(await outcome(await first.sign({})), "accepted");
  assertEquals(keyUrl.asked, 1);
});

Deno.test("refresh() adds new keys and removes old ones", async () => {
  await using keyUrl = serveKeys(first.jwk);
  const { outcome, refresh } = open(keyUrl);
  await refresh();
  assertEquals(await outcome(await first.sign()), "accepted");
  keyUrl.answer = () => Response.json({ keys: [second.jwk] });
  await refresh();
  assertEquals(keyUrl.asked, 2);
  assertEquals(await outcome(await second.sign()), "accepted");
  assertEquals(await outcome(await first.sign({ kid: "second" })), "token_signature");
  assertEquals(await outcome(await first.sign()), "token_signature");
});

Deno.test("createKeys() fetches again for an unknown kid, but not for each such token", async () => {
  using clock = stopClock();
  await using keyUrl = serveKeys(first.jwk);
  const { outcome } = open(keyUrl);
  assertEquals(await outcome(await first.sign()), "accepted");
  keyUrl.answer = () => Response.json({ keys: [first.jwk, second.jwk] });
  clock.tick(LATER_MS);
  assertEquals(await outcome(await second.sign()), "accepted");
  assertEquals(keyUrl.asked, 2);
  for (let i = 0; i < 20; i++) {
    assertEquals(await outcome(await first.sign({ kid: `stranger ${i}` })), "token_signature");
  }
  assertEquals(keyUrl.asked, 2);
});

Deno.test("createKeys() accepts a valid token that arrives at the same moment as its key", async () => {
  using clock = stopClock();
  await using keyUrl = serveKeys(first.jwk);
  const { outcome, refresh } = open(keyUrl);
  await refresh();
  keyUrl.answer = () => Response.json({ keys: [first.jwk, second.jwk] });
  clock.tick(LATER_MS);
  const token = await second.sign();
  const outcomes = [outcome(token)];
  const parse = JSON.parse;
  // From the moment that the new set is parsed until it is in use, each microtask verifies a token.
  JSON.parse = (text: string) => {
    JSON.parse = parse;
    const step = () => outcomes.push(outcome(token)) < 300 && queueMicrotask(step);
    step();
    return parse(text);
  };
  try {
    await outcomes[0];
    assertEquals(new Set(await Promise.all(outcomes)), new Set(["accepted"]));
    assertEquals(outcomes.length, 300);
  } finally {
    JSON.parse = parse;
  }
});

Deno.test("createKeys() still accepts known keys while the URL is down, and rejects others as keys_unavailable", async () => {
  using clock = stopClock();
  await using keyUrl = serveKeys(first.jwk);
  const { outcome, refresh } = open(keyUrl);
  assertEquals(await outcome(await first.sign()), "accepted");
  keyUrl.answer = down;
  clock.tick(LATER_MS);
  await assertRejects(refresh);
  for (let i = 0; i < 20; i++) {
    assertEquals(await outcome(await first.sign()), "accepted");
    assertEquals(await outcome(await second.sign()), "keys_unavailable");
  }
  assertEquals(keyUrl.asked, 2);
  keyUrl.answer = () => Response.json({ keys: [first.jwk, second.jwk] });
  clock.tick(LATER_MS);
  assertEquals(await outcome(await second.sign()), "accepted");
});

Deno.test("createKeys() verifies with known keys during a slow fetch", async () => {
  await using keyUrl = serveKeys(first.jwk);
  const { outcome, refresh } = open(keyUrl);
  await refresh();
  const answer = Promise.withResolvers<Response>();
  keyUrl.answer = () => answer.promise;
  const refreshed = refresh();
  assertEquals(await outcome(await first.sign()), "accepted");
  answer.resolve(Response.json({ keys: [second.jwk] }));
  await refreshed;
  assertEquals(await outcome(await second.sign()), "accepted");
});

Deno.test("createKeys() verifies with known keys for days while the URL is down", async () => {
  await using keyUrl = serveKeys(first.jwk);
  const { outcome } = open(keyUrl);
  assertEquals(await outcome(await first.sign()), "accepted");
  keyUrl.answer = down;
  using clock = stopClock();
  clock.tick(7 * 86_400_000);
  assertEquals(await outcome(await first.sign()), "accepted");
});

/** Responses that are not a key set. */
const failures: [string, () => Response][] = [
  ["returns 503", down],
  ["returns 404 with a key set", () => Response.json({ keys: [first.jwk] }, { status: 404 })],
  ["redirects", () => Response.redirect("http://127.0.0.1:1/")],
  ["returns garbage", () => new Response("<html>")],
  ["returns JSON that is not a key set", () => Response.json({ keys: 7 })],
  ["returns 10 MB", () => new Response(new Uint8Array(10_000_000))],
  ["returns a key set of 10 MB", () => Response.json({ keys: [first.jwk], x: "x".repeat(1e7) })],
];

for (const [what, answer] of failures) {
  Deno.test(`createKeys() rejects with keys_unavailable while the URL ${what}, and pauses before the next request`, async () => {
    using clock = stopClock();
    await using keyUrl = serveKeys();
    keyUrl.answer = answer;
    const { outcome } = open(keyUrl);
    const token = await first.sign();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcome(token)));
    for (let i = 0; i < 20; i++) outcomes.push(await outcome(token));
    assertEquals(new Set(outcomes), new Set(["keys_unavailable"]));
    assertEquals(keyUrl.asked, 1);
    keyUrl.answer = () => Response.json({ keys: [first.jwk] });
    clock.tick(LATER_MS);
    assertEquals(await outcome(token), "accepted");
  });
}

Deno.test("createKeys() rejects with keys_unavailable while nothing listens, and accepts tokens once something does", async () => {
  using clock = stopClock();
  const keyUrl = serveKeys(first.jwk);
  await keyUrl[Symbol.asyncDispose]();
  const { outcome } = open(keyUrl);
  assertEquals(await outcome(await first.sign()), "keys_unavailable");
  const options = {
    hostname: "127.0.0.1",
    port: Number(new URL(keyUrl.url).port),
    onListen: () => {},
  };
  const server = Deno.serve(options, keyUrl.answer);
  clock.tick(LATER_MS);
  assertEquals(await outcome(await first.sign()), "accepted");
  await server.shutdown();
});

for (const part of ["its head", "the rest of its body"]) {
  Deno.test(`createKeys() times out if the URL never sends ${part}`, async () => {
    using _clock = stopClock();
    const never = new ReadableStream({ start: (c) => c.enqueue(new TextEncoder().encode("{")) });
    const answers = Promise.withResolvers<Response>();
    await using keyUrl = serveKeys();
    keyUrl.answer = () => part === "its head" ? answers.promise : new Response(never);
    const { outcome } = open(keyUrl);
    const token = await first.sign();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcome(token)));
    assertEquals(new Set(outcomes), new Set(["keys_unavailable"]));
    assertEquals(await outcome(token), "keys_unavailable");
    assertEquals(keyUrl.asked, 1);
    answers.resolve(new Response());
  });
}

Deno.test("createKeys() never accepts an HMAC, even if the key set contains its secret", async () => {
  const secret = new TextEncoder().encode("a secret for tests with at least 32 bytes");
  const jwk = { kty: "oct", kid: "s", alg: "HS256", k: secret.toBase64({ alphabet: "base64url" }) };
  await using keyUrl = serveKeys(first.jwk, jwk);
  const { outcome } = open(keyUrl);
  const token = await new SignJWT({ app: "web" }).setProtectedHeader({ alg: "HS256", kid: "s" })
    .setExpirationTime("10m").sign(secret);
  assertEquals(await outcome(token), "token_signature");
});

Deno.test("createKeys() accepts valid tokens if the key set also contains unusable keys", async () => {
  await using keyUrl = serveKeys(...broken, first.jwk);
  const { outcome } = open(keyUrl);
  assertEquals(await outcome(await first.sign()), "accepted");
  assertEquals(await outcome(await first.sign({})), "accepted");
});

Deno.test("createKeys() reports the ignored keys of a fetched set once until they change", async () => {
  const x25519: JWK = { kty: "OKP", crv: "X25519", x: "A".repeat(43), kid: "x" };
  const secret: JWK = { kty: "oct", k: "c2VjcmV0LWtleQ", kid: "s" };
  const encryption: JWK = { ...second.jwk, use: "enc" };
  await using keyUrl = serveKeys(first.jwk, x25519, secret, encryption);
  const reports: unknown[] = [];
  const { outcome, refresh } = open(keyUrl, (ignored) => {
    assert(!JSON.stringify(ignored).includes("c2VjcmV0LWtleQ"), "No secret is reported");
    reports.push(ignored.map(({ kid, kty }) => [kid, kty]));
  });
  assertEquals(reports, []);
  for (let i = 0; i < 3; i++) await refresh();
  assertEquals(reports, [[["x", "OKP"], ["s", "oct"]]]);
  keyUrl.answer = () => Response.json({ keys: [first.jwk] });
  await refresh();
  keyUrl.answer = () => Response.json({ keys: [x25519] });
  await refresh();
  assertEquals(reports.slice(1), [[["x", "OKP"]]]);
  assertEquals(await outcome(await first.sign()), "token_signature");
});

Deno.test("createKeys() rejects a token if the key set has no usable key for its kid", async () => {
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 1024 };
  const { publicKey, privateKey } = await crypto.subtle.generateKey(
    { ...algorithm, publicExponent: new Uint8Array([1, 0, 1]) },
    true,
    ["sign", "verify"],
  );
  const short: JWK = await crypto.subtle.exportKey("jwk", publicKey) as JWK;
  await using keyUrl = serveKeys(...broken, { ...short, kid: "short" });
  const { outcome } = open(keyUrl);
  const input = `${base64url(`{"alg":"RS256","kid":"short"}`)}.${base64url("{}")}`;
  const bytes = new TextEncoder().encode(input);
  const signature = new Uint8Array(await crypto.subtle.sign(algorithm, privateKey, bytes));
  assertEquals(await outcome(`${input}.${base64url(signature)}`), "token_signature");
  for (const header of [{}, { kid: "first" }, { kid: "broken" }]) {
    assertEquals(await outcome(await first.sign(header)), "token_signature");
  }
});
