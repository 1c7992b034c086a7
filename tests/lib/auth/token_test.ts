import { assert, assertEquals, assertMatch, assertRejects, fail } from "@std/assert";
import { SignJWT } from "jose";
import { type Clock, install } from "npm:@sinonjs/fake-timers@^15";
import { createKeys } from "../../../lib/auth/keys.ts";
import { Problem, type ProblemCode } from "../../../lib/problem.ts";
import { createVerify, type TokenRules } from "../../../lib/auth/token.ts";
import { codeOf } from "../../support/problem_code.ts";
import { base64url } from "../../support/tokens/forgery.ts";

const secret = new TextEncoder().encode("a secret for tests with at least 32 bytes");
const RULES: TokenRules = { maxTtl: 3600, appClaim: "app", allowAllApps: false };
/** The time of the tests' clock, in seconds since the epoch. */
const NOW = 1_795_000_000;
const GOOD = { app: "panini-786", exp: NOW + 600 };

/** Stops the clock at {@linkcode NOW}, so that limits can be tested to the second. */
function stopClock(): Clock & Disposable {
  const clock = install({ now: NOW * 1000, toFake: ["Date"] });
  return Object.assign(clock, { [Symbol.dispose]: () => clock.uninstall() });
}

function sign(claims: Record<string, unknown>, header = {}, key = secret): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: "HS256", ...header }).sign(key);
}

/** Returns a token with exactly this text and a valid signature. */
async function signText(payload: string, header = `{"alg":"HS256"}`): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret, algorithm, false, ["sign"]);
  const input = [header, payload].map(base64url).join(".");
  const signature = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(input));
  return `${input}.${base64url(new Uint8Array(signature))}`;
}

function verify(token: string, rules: Partial<TokenRules> = {}) {
  return createVerify(createKeys({ kind: "secret", secret }), { ...RULES, ...rules })(token);
}

/** Resolves to the grant, or to the code of the problem. */
function outcome(token: string, rules: Partial<TokenRules> = {}): Promise<unknown> {
  return verify(token, rules).catch(codeOf);
}

async function assertOutcomes(table: [Record<string, unknown>, "accepted" | ProblemCode][]) {
  for (const [claims, expected] of table) {
    const found = await outcome(await sign(claims));
    const result = typeof found === "object" ? "accepted" : found;
    assertEquals(result, expected, `${JSON.stringify(claims)}: ${result}, not ${expected}`);
  }
}

Deno.test("verify() returns what a valid token grants", async () => {
  using _clock = stopClock();
  const claims = { region: "dfw", machine: "d896d7c609dd68", sub: "user 7", jti: "t-1" };
  assertEquals(await verify(await sign({ ...GOOD, ...claims })), {
    apps: ["panini-786"],
    expiresAt: (NOW + 600) * 1000,
    ...claims,
  });
});

Deno.test("verify() accepts one app, or an array of several", async () => {
  using _clock = stopClock();
  const exp = GOOD.exp;
  for (const app of [["web"], ["web", "worker"], ["web", "worker", "web"]]) {
    const { apps } = await verify(await sign({ exp, app }));
    assertEquals(apps, [...new Set(app)]);
  }
});

Deno.test("verify() rejects app if it is an object, a nested array, empty, a wildcard, or a name with a look-alike, a dot, a line break or a NUL", async () => {
  using _clock = stopClock();
  const exp = GOOD.exp;
  const bad = [undefined, null, "", [], 7, true, {}, { 0: "web" }, [["web"]], ["web", 7], [null]];
  const names = [
    ...["a.b", ">", "*.>", "web *", "web\n", "web\r\n", "web\0", "-web", "x".repeat(64)],
    ...["w\u0435b", "ｗｅｂ", "web\u0301", "w\u200beb", "\u202ebew", "\ufeffweb"],
  ];
  const all = [...bad, ...names, ...names.map((name) => ["web", name]), ["*"], ["web", "*"]];
  await assertOutcomes(all.map((app) => [{ exp, app }, "token_claims"]));
});

Deno.test('verify() accepts app "*" only if ALLOW_ALL_APPS is true', async () => {
  using _clock = stopClock();
  const token = await sign({ ...GOOD, app: "*" });
  assertEquals(await outcome(token), "app_forbidden");
  const { apps } = await verify(token, { allowAllApps: true });
  assertEquals(apps, "*");
  const other = await sign({ ...GOOD, app: ["*"] });
  assertEquals(await outcome(other, { allowAllApps: true }), "token_claims");
});

Deno.test("verify() reads the apps from the claim that JWT_APP_CLAIM names, and from no other", async () => {
  using _clock = stopClock();
  const exp = GOOD.exp;
  for (const appClaim of ["https://example.com/app", "log_app", "apps", "__proto__", "a b"]) {
    const text = (value: string) => `{"exp":${exp},${JSON.stringify(appClaim)}:${value}}`;
    const { apps } = await verify(await signText(text('["web","worker"]')), { appClaim });
    assertEquals(apps, ["web", "worker"]);
    assertEquals(await outcome(await sign({ ...GOOD }), { appClaim }), "token_claims");
    for (const bad of ['"a.b"', "[]", "7", "null", '{"app":"web"}', '"*"', '[["web"]]']) {
      const expected = bad === '"*"' ? "app_forbidden" : "token_claims";
      assertEquals(await outcome(await signText(text(bad)), { appClaim }), expected, bad);
    }
  }
  for (const appClaim of ["constructor", "toString", "hasOwnProperty", "__proto__"]) {
    assertEquals(await outcome(await sign({ exp, app: "web" }), { appClaim }), "token_claims");
  }
});

Deno.test("verify() rejects a region or a machine that is not a name", async () => {
  using _clock = stopClock();
  for (const claim of ["region", "machine"]) {
    const bad = ["", "*", ">", "dfw.>", "d f", "\0", 7, null, ["dfw"], {}, true];
    await assertOutcomes(bad.map((value) => [{ ...GOOD, [claim]: value }, "token_claims"]));
  }
});

Deno.test("verify() rejects a token without exp, or with exp as a string, an array or 1e999", async () => {
  using _clock = stopClock();
  const bad = [undefined, null, "", String(GOOD.exp), [GOOD.exp], true];
  await assertOutcomes(bad.map((exp) => [{ app: "web", exp }, "token_claims"]));
  assertEquals(await outcome(await signText(`{"app":"web","exp":1e999}`)), "token_claims");
});

Deno.test("verify() accepts a token until exp, without tolerance, even if that is a fraction or negative", async () => {
  using clock = stopClock();
  await assertOutcomes([
    [{ app: "web", exp: NOW + 1 }, "accepted"],
    [{ app: "web", exp: NOW + 0.001 }, "accepted"],
    [{ app: "web", exp: NOW }, "token_expired"],
    [{ app: "web", exp: NOW - 1 }, "token_expired"],
    [{ app: "web", exp: NOW - 5 }, "token_expired"],
    [{ app: "web", exp: 0 }, "token_expired"],
    [{ app: "web", exp: -1 }, "token_expired"],
  ]);
  const token = await sign(GOOD);
  clock.tick(599_999);
  await verify(token);
  clock.tick(1);
  assertEquals(await outcome(token), "token_expired");
});

Deno.test("verify() enforces nbf and iat with 5 s of tolerance", async () => {
  using _clock = stopClock();
  for (const claim of ["nbf", "iat"]) {
    await assertOutcomes([
      [{ ...GOOD, [claim]: 0 }, "accepted"],
      [{ ...GOOD, [claim]: NOW }, "accepted"],
      [{ ...GOOD, [claim]: NOW + 5 }, "accepted"],
      [{ ...GOOD, [claim]: NOW + 6 }, "token_not_yet_valid"],
      [{ ...GOOD, [claim]: GOOD.exp }, "token_not_yet_valid"],
      [{ ...GOOD, [claim]: String(NOW) }, "token_claims"],
      [{ ...GOOD, [claim]: null }, "token_claims"],
    ]);
  }
});

Deno.test("verify() rejects a token whose remaining lifetime exceeds JWT_MAX_TTL, with 5 s of tolerance", async () => {
  using clock = stopClock();
  await assertOutcomes([
    [{ app: "web", exp: NOW + 3600 }, "accepted"],
    [{ app: "web", exp: NOW + 3601 }, "accepted"],
    [{ app: "web", exp: NOW + 3601, iat: NOW + 1, nbf: NOW + 1 }, "accepted"],
    [{ app: "web", exp: NOW + 3605 }, "accepted"],
    [{ app: "web", exp: NOW + 3605.001 }, "token_ttl"],
    [{ app: "web", exp: NOW + 3606 }, "token_ttl"],
    [{ app: "web", exp: NOW + 3606, iat: NOW + 5 }, "token_ttl"],
    [{ app: "web", exp: Number.MAX_VALUE }, "token_ttl"],
  ]);
  const token = await sign({ app: "web", exp: NOW + 3606 });
  clock.tick(999);
  assertEquals(await outcome(token), "token_ttl");
  clock.tick(1);
  const { expiresAt } = await verify(token);
  assertEquals(expiresAt, (NOW + 3606) * 1000, "The stream still ends at exp");
  assertEquals(await outcome(token, { maxTtl: 60 }), "token_ttl");
});

for (const [claim, rule] of [["aud", "audience"], ["iss", "issuer"]] as const) {
  Deno.test(`verify() rejects a token with another ${rule}, or without one, if one is configured`, async () => {
    using _clock = stopClock();
    const rules = { [rule]: "natstap" };
    const check = async (value: unknown, of: Partial<TokenRules>) =>
      await outcome(await sign({ ...GOOD, [claim]: value }), of);
    for (const bad of [undefined, null, "", "natstap2", "NATSTAP", 7, ["other"], []]) {
      assertEquals(await check(bad, rules), "token_claims", `${claim} ${JSON.stringify(bad)}`);
    }
    assertEquals(typeof await check("natstap", rules), "object");
    assertEquals(typeof await check("anything", {}), "object");
  });
}

Deno.test("verify() accepts an aud with several values if one is the configured audience", async () => {
  using _clock = stopClock();
  await verify(await sign({ ...GOOD, aud: ["shop", "natstap"] }), { audience: "natstap" });
});

Deno.test("verify() ignores sub and jti if they are not strings, because they are for the log only", async () => {
  using _clock = stopClock();
  const { sub, jti } = await verify(await sign({ ...GOOD, sub: 7, jti: { a: 1 } }));
  assertEquals([sub, jti], [undefined, undefined]);
});

Deno.test("verify() rejects too many or too few dots, a crit, and claims that are not a JSON object as token_malformed", async () => {
  using _clock = stopClock();
  const good = await sign(GOOD);
  const [header, payload, signature] = good.split(".");
  const texts = ["", ".", "..", "a.b.c", "token", " ", "\0", "é.é.é", `${good}.`, `${good}.x.y`];
  const pieces = [
    `${header}.${payload}`,
    `.${payload}.${signature}`,
    `${base64url("[]")}.${payload}.${signature}`,
    `${base64url("{}")}.${payload}.${signature}`,
    `${base64url(`{"alg":7}`)}.${payload}.${signature}`,
    `${header}.${payload}.${signature}!`,
    await signText("not JSON"),
    await signText("[]"),
    await signText("7"),
    await signText(JSON.stringify(GOOD), `{"alg":"HS256","crit":["x"],"x":true}`),
    await signText(JSON.stringify(GOOD), `{"alg":"HS256","crit":[]}`),
  ];
  for (const token of [...texts, ...pieces]) {
    assertEquals(await outcome(token), "token_malformed", JSON.stringify(token));
  }
});

Deno.test("verify() rejects a changed or foreign signature as token_signature", async () => {
  using _clock = stopClock();
  const [header, payload, signature] = (await sign(GOOD)).split(".");
  const forged = base64url(JSON.stringify({ ...GOOD, app: "billing" }));
  const other = new TextEncoder().encode("another secret that also has at least 32 bytes");
  const tokens = [
    `${header}.${forged}.${signature}`,
    `${base64url(`{"alg":"HS256","typ":"JWT"}`)}.${payload}.${signature}`,
    `${header}.${payload}.`,
    `${header}.${payload}.${signature!.slice(4)}`,
    await sign(GOOD, {}, other),
    await sign({ ...GOOD, exp: NOW - 1 }, {}, other),
  ];
  for (const token of tokens) assertEquals(await outcome(token), "token_signature", token);
});

Deno.test("verify() accepts a token of 8 KiB, and rejects longer ones without parsing them", async () => {
  using _clock = stopClock();
  const { length } = await sign({ ...GOOD, sub: "" });
  // Four characters of Base64 encode three characters of the claim.
  const room = Math.floor((8_192 - length) / 4) * 3;
  const longest = await sign({ ...GOOD, sub: "x".repeat(room) });
  assert(longest.length <= 8_192 && longest.length > 8_184, `${longest.length}`);
  await verify(longest);
  const unused = { algorithms: ["HS256"], resolve: () => fail("The token was parsed") };
  const verifyUnparsed = createVerify(unused, RULES);
  const signed = await sign({ ...GOOD, sub: "x".repeat(room + 6) });
  const withKid = await sign(GOOD, { kid: "x".repeat(1_000_000) });
  for (const longer of [signed, withKid, "x".repeat(8_193), "x".repeat(1_000_000)]) {
    const { code } = await assertRejects(() => verifyUnparsed(longer), Problem);
    assertEquals(code, "token_malformed");
  }
});

Deno.test("verify() explains each problem in a sentence that contains no part of the token", async () => {
  using _clock = stopClock();
  const marker = "s3cr3t-claim";
  const names = [{ app: `${marker}.` }, { region: `${marker}*` }];
  const claims = [...names, { exp: marker }, { iat: marker }];
  const tokens = [...claims.map((claim) => sign({ ...GOOD, ...claim })), marker, `${marker}.b.c`];
  for (const token of tokens) {
    const { message } = await assertRejects(async () => verify(await token), Problem);
    assertMatch(message, /^[A-Z].*\.$/);
    assert(!message.includes(marker), message);
  }
});
