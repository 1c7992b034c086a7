import { assert, assertEquals, assertRejects } from "@std/assert";
import { type JWK, SignJWT } from "jose";
import { type Clock, install } from "npm:@sinonjs/fake-timers@^15";
import { createKeys } from "../../../lib/auth/keys.ts";
import { Problem } from "../../../lib/problem.ts";
import type { OnIgnored } from "../../../lib/auth/public_keys.ts";
import { createVerify } from "../../../lib/auth/token.ts";
import { createSigner } from "../../support/tokens/signer.ts";

/** A URL that a test answers for, and how often it was asked. */
interface KeyUrl extends AsyncDisposable {
  readonly url: URL;
  readonly asked: () => number;
  /** What the URL answers from now on. */
  answer: () => Response | Promise<Response>;
}

function serveKeys(...keys: JWK[]): KeyUrl {
  let asked = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    asked++;
    return keyUrl.answer();
  });
  const keyUrl: KeyUrl = {
    url: new URL(`http://127.0.0.1:${server.addr.port}/jwks.json`),
    asked: () => asked,
    answer: () => Response.json({ keys }),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  return keyUrl;
}

/** Time that only a test moves, so that pauses are neither waited for nor over too soon. */
function stopClock(): Clock & Disposable {
  const clock = install({ now: Date.now(), toFake: ["Date", "performance"] });
  return Object.assign(clock, { [Symbol.dispose]: () => clock.uninstall() });
}

function open({ url }: KeyUrl, onIgnored?: OnIgnored) {
  const keys = createKeys({ kind: "url", url }, onIgnored);
  const verify = createVerify(keys, { maxTtl: 3600, allowAllApps: false });
  const outcome = async (token: string): Promise<string> => {
    try {
      await verify(token);
      return "taken";
    } catch (error) {
      if (error instanceof Problem) return error.code;
      throw error;
    }
  };
  return { outcome, refresh: keys.refresh! };
}

/** What a key set may hold that is no usable key (RFC 7517, section 5, has it ignored). */
const broken: JWK[] = [
  { kty: "EC", crv: "P-256", x: "AA", y: "AA", kid: "broken" },
  { kty: "EC", crv: "P-256", x: "AA", y: "AA", kid: "first" },
  { kty: "future", kid: "first" },
  { kty: "RSA", n: "AQAB", e: "AQAB", alg: "RS256" },
];
const down = () => new Response("down", { status: 503 });
const [first, second] = [await createSigner("first"), await createSigner("second")];
/** Longer than a failed fetch keeps others away, and than a known set is taken for complete. */
const LATER = 60_000;

Deno.test("createKeys() fetches a key set once for all tokens that wait for it", async () => {
  await using keyUrl = serveKeys(first.jwk, second.jwk);
  const { outcome } = open(keyUrl);
  const signers = Array.from({ length: 50 }, (_, i) => i % 2 === 0 ? first : second);
  const outcomes = await Promise.all(signers.map(async ({ sign }) => outcome(await sign())));
  assertEquals(new Set(outcomes), new Set(["taken"]));
  assertEquals(keyUrl.asked(), 1);
  assertEquals(await outcome(await first.sign({})), "taken");
  assertEquals(keyUrl.asked(), 1);
});

Deno.test("refresh() takes new keys in and lets old ones go", async () => {
  await using keyUrl = serveKeys(first.jwk);
  const { outcome, refresh } = open(keyUrl);
  await refresh();
  assertEquals(await outcome(await first.sign()), "taken");
  keyUrl.answer = () => Response.json({ keys: [second.jwk] });
  await refresh();
  assertEquals(keyUrl.asked(), 2);
  assertEquals(await outcome(await second.sign()), "taken");
  assertEquals(await outcome(await first.sign({ kid: "second" })), "token_signature");
  assertEquals(await outcome(await first.sign()), "token_signature");
});

Deno.test("createKeys() fetches anew for a kid that it does not know, but not for each such token", async () => {
  using clock = stopClock();
  await using keyUrl = serveKeys(first.jwk);
  const { outcome } = open(keyUrl);
  assertEquals(await outcome(await first.sign()), "taken");
  keyUrl.answer = () => Response.json({ keys: [first.jwk, second.jwk] });
  clock.tick(LATER);
  assertEquals(await outcome(await second.sign()), "taken");
  assertEquals(keyUrl.asked(), 2);
  for (let i = 0; i < 20; i++) {
    assertEquals(await outcome(await first.sign({ kid: `stranger ${i}` })), "token_signature");
  }
  assertEquals(keyUrl.asked(), 2);
});

Deno.test("createKeys() refuses no good token that comes at the very moment at which its key does", async () => {
  using clock = stopClock();
  await using keyUrl = serveKeys(first.jwk);
  const { outcome, refresh } = open(keyUrl);
  await refresh();
  keyUrl.answer = () => Response.json({ keys: [first.jwk, second.jwk] });
  clock.tick(LATER);
  const token = await second.sign();
  const outcomes = [outcome(token)];
  const parse = JSON.parse;
  // From where the new set is read on, a token comes with each step until it is in place.
  JSON.parse = (text: string) => {
    JSON.parse = parse;
    const step = () => outcomes.push(outcome(token)) < 300 && queueMicrotask(step);
    step();
    return parse(text);
  };
  try {
    await outcomes[0];
    assertEquals(new Set(await Promise.all(outcomes)), new Set(["taken"]));
    assertEquals(outcomes.length, 300);
  } finally {
    JSON.parse = parse;
  }
});

Deno.test("createKeys() goes on with known keys while the URL is down, and answers keys_unavailable to others", async () => {
  using clock = stopClock();
  await using keyUrl = serveKeys(first.jwk);
  const { outcome, refresh } = open(keyUrl);
  assertEquals(await outcome(await first.sign()), "taken");
  keyUrl.answer = down;
  clock.tick(LATER);
  await assertRejects(refresh);
  for (let i = 0; i < 20; i++) {
    assertEquals(await outcome(await first.sign()), "taken");
    assertEquals(await outcome(await second.sign()), "keys_unavailable");
  }
  assertEquals(keyUrl.asked(), 2);
  keyUrl.answer = () => Response.json({ keys: [first.jwk, second.jwk] });
  clock.tick(LATER);
  assertEquals(await outcome(await second.sign()), "taken");
});

Deno.test("createKeys() verifies with known keys while a fetch takes its time", async () => {
  await using keyUrl = serveKeys(first.jwk);
  const { outcome, refresh } = open(keyUrl);
  await refresh();
  const answer = Promise.withResolvers<Response>();
  keyUrl.answer = () => answer.promise;
  const refreshed = refresh();
  assertEquals(await outcome(await first.sign()), "taken");
  answer.resolve(Response.json({ keys: [second.jwk] }));
  await refreshed;
  assertEquals(await outcome(await second.sign()), "taken");
});

Deno.test("createKeys() verifies with known keys for days while the URL is down", async () => {
  await using keyUrl = serveKeys(first.jwk);
  const { outcome } = open(keyUrl);
  assertEquals(await outcome(await first.sign()), "taken");
  keyUrl.answer = down;
  using clock = stopClock();
  clock.tick(7 * 86_400_000);
  assertEquals(await outcome(await first.sign()), "taken");
});

/** A URL that answers with what is no key set, and what it answers. */
const failures: [string, () => Response][] = [
  ["answers 503", down],
  ["answers 404 with a key set", () => Response.json({ keys: [first.jwk] }, { status: 404 })],
  ["redirects", () => Response.redirect("http://127.0.0.1:1/")],
  ["answers garbage", () => new Response("<html>")],
  ["answers JSON that is no key set", () => Response.json({ keys: 7 })],
  ["answers 10 MB", () => new Response(new Uint8Array(10_000_000))],
  ["answers a key set of 10 MB", () => Response.json({ keys: [first.jwk], x: "x".repeat(1e7) })],
];

for (const [what, answer] of failures) {
  Deno.test(`createKeys() answers keys_unavailable while the URL ${what}, and asks it no more at once`, async () => {
    using clock = stopClock();
    await using keyUrl = serveKeys();
    keyUrl.answer = answer;
    const { outcome } = open(keyUrl);
    const token = await first.sign();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcome(token)));
    for (let i = 0; i < 20; i++) outcomes.push(await outcome(token));
    assertEquals(new Set(outcomes), new Set(["keys_unavailable"]));
    assertEquals(keyUrl.asked(), 1);
    keyUrl.answer = () => Response.json({ keys: [first.jwk] });
    clock.tick(LATER);
    assertEquals(await outcome(token), "taken");
  });
}

Deno.test("createKeys() answers keys_unavailable where nothing listens, and takes tokens once something does", async () => {
  using clock = stopClock();
  const keyUrl = serveKeys(first.jwk);
  await keyUrl[Symbol.asyncDispose]();
  const { outcome } = open(keyUrl);
  assertEquals(await outcome(await first.sign()), "keys_unavailable");
  const options = { hostname: "127.0.0.1", port: Number(keyUrl.url.port), onListen: () => {} };
  const server = Deno.serve(options, keyUrl.answer);
  clock.tick(LATER);
  assertEquals(await outcome(await first.sign()), "taken");
  await server.shutdown();
});

for (const part of ["its head", "the rest of its body"]) {
  Deno.test(`createKeys() gives up on a URL that never sends ${part}`, async () => {
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
    assertEquals(keyUrl.asked(), 1);
    answers.resolve(new Response());
  });
}

Deno.test("createKeys() never takes an HMAC, or a secret that a key set holds", async () => {
  const secret = new TextEncoder().encode("a secret of the tests that is 32 bytes or more");
  const jwk = { kty: "oct", kid: "s", alg: "HS256", k: secret.toBase64({ alphabet: "base64url" }) };
  await using keyUrl = serveKeys(first.jwk, jwk);
  const { outcome } = open(keyUrl);
  const token = await new SignJWT({ app: "web" }).setProtectedHeader({ alg: "HS256", kid: "s" })
    .setExpirationTime("10m").sign(secret);
  assertEquals(await outcome(token), "token_signature");
});

Deno.test("createKeys() takes good tokens although the key set also holds keys that are none", async () => {
  await using keyUrl = serveKeys(...broken, first.jwk);
  const { outcome } = open(keyUrl);
  assertEquals(await outcome(await first.sign()), "taken");
  assertEquals(await outcome(await first.sign({})), "taken");
});

Deno.test("createKeys() reports the keys of a fetched set that it ignores, once until they change", async () => {
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

Deno.test("createKeys() refuses a token for whose kid the key set holds nothing usable", async () => {
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
  const signature = await crypto.subtle.sign(
    algorithm,
    privateKey,
    new TextEncoder().encode(input),
  );
  assertEquals(await outcome(`${input}.${base64url(signature)}`), "token_signature");
  for (const header of [{}, { kid: "first" }, { kid: "broken" }]) {
    assertEquals(await outcome(await first.sign(header)), "token_signature");
  }
});

function base64url(value: string | ArrayBuffer): string {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : new Uint8Array(value);
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}
