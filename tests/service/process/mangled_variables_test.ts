/** Variables as platforms deliver them: from files, on one line, quoted, in Base64. */
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { exportJWK, SignJWT } from "jose";
import { type NatsServer, startNatsServer } from "../../../tools/nats_server.ts";
import { createOpenssl } from "../../../tools/openssl.ts";
import { assertEventually } from "../../support/patience.ts";
import { assertNoSecrets } from "../../support/secrets.ts";
import {
  failToStart,
  openStream,
  permitting,
  publish,
  SECRET,
  type Service,
  startConnected,
  USER,
} from "../../support/service.ts";
import { serveKeys } from "../../support/tokens/key_url.ts";
import { outcome } from "../../support/tokens/signer.ts";

let nats: NatsServer;
Deno.test.beforeAll(async () => void (nats = await startNatsServer()));
Deno.test.afterAll(async () => await nats[Symbol.asyncDispose]());

const RSA = generateKeyPairSync("rsa", { modulusLength: 2048 });
const PRIVATE = String(RSA.privateKey.export({ type: "pkcs8", format: "pem" }));
const SPKI = String(RSA.publicKey.export({ type: "spki", format: "pem" }));
const PKCS1 = String(RSA.publicKey.export({ type: "pkcs1", format: "pem" }));
const X25519 = await exportJWK(generateKeyPairSync("x25519").publicKey);
const ML_DSA = { kty: "AKP", alg: "ML-DSA-65", pub: "A".repeat(2603), kid: "quantum" };

function sign(header: Record<string, unknown> = {}, key: KeyObject = RSA.privateKey) {
  return new SignJWT({ app: "a" }).setProtectedHeader({ alg: "RS256", ...header })
    .setExpirationTime("10m").sign(key);
}

function start(env: Record<string, string>): Promise<Service> {
  return startConnected({ NATS_URL: nats.url, ...env });
}

Deno.test("The service streams if its secrets come from files with a trailing line break", async () => {
  const NATS_TOKEN = "a token for NATS";
  await using byToken = await startNatsServer({
    config: `authorization { token: "${NATS_TOKEN}" }`,
  });
  await using byPassword = await startNatsServer({ config: permitting() });
  const { NATS_USER, NATS_PASSWORD } = USER;
  const ways: [url: string, env: Record<string, string>][] = [
    [byToken.url, { NATS_TOKEN: `${NATS_TOKEN}\n` }],
    [byPassword.url, { NATS_USER: `${NATS_USER}\n`, NATS_PASSWORD: `${NATS_PASSWORD}\r\n` }],
    [byPassword.url, { ORG: NATS_USER, ACCESS_TOKEN: `${NATS_PASSWORD}\n` }],
  ];
  for (const [NATS_URL, env] of ways) {
    await using service = await start({ NATS_URL, JWT_SECRET: `${SECRET}\n`, ...env });
    await using reader = await openStream(service, { app: "a" });
    if (NATS_URL !== byPassword.url) continue;
    await publish(byPassword, { a: "it came through" });
    assertEquals(await reader.line(), "it came through");
  }
});

Deno.test("The service accepts a public key on one line, in quotes, in Base64, as PKCS #1 and as a certificate", async () => {
  await using openssl = await createOpenssl();
  await openssl.write("key.pem", PRIVATE);
  const certificate = await openssl.run("openssl req -x509 -key key.pem -subj /CN=x -days 1");
  const values = [
    SPKI.replaceAll("\n", " "),
    `"${SPKI.replaceAll("\n", "\\r\\n")}"`,
    btoa(SPKI),
    `  ${PKCS1.replaceAll("\n", "\n  ")}`,
    new TextDecoder().decode(certificate),
  ];
  for (const JWT_PUBLIC_KEY of values) {
    await using service = await start({ JWT_PUBLIC_KEY });
    assertEquals(await outcome(service, await sign()), "stream", JWT_PUBLIC_KEY);
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    assertEquals(await outcome(service, await sign({}, privateKey)), "token_signature");
  }
});

Deno.test("The service refuses to start with a private key, however it is encoded, and does not print it", async () => {
  const body = PRIVATE.split("\n").slice(1, -2).join("");
  const values = [PRIVATE, PRIVATE.replaceAll("\n", "\\n"), `"${btoa(PRIVATE)}"`, body];
  for (const JWT_PUBLIC_KEY of values) {
    const stderr = await failToStart({ JWT_PUBLIC_KEY });
    assertMatch(stderr, /Cannot read JWT_PUBLIC_KEY .*it is a private key: .*openssl pkey/);
    assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
    assertNoSecrets(stderr, { JWT_PUBLIC_KEY, body, line: body.slice(64, 128) });
  }
});

/** Fails unless the service accepts the RSA key and has logged that it ignores the others. */
async function assertIgnores(service: Service): Promise<void> {
  const { level, count, keys } = await service.logged(({ msg }) => msg === "keys ignored");
  assertEquals([level, count], ["warn", 2]);
  const ignored = keys as { kid?: string; kty: string; reason: string }[];
  assertEquals(ignored.map(({ kid, kty }) => [kid, kty]), [[undefined, "OKP"], ["quantum", "AKP"]]);
  for (const { reason } of ignored) {
    assertMatch(reason, /^a key must be RSA from 2048 bits to .* 4096/);
  }
  assertEquals(await outcome(service, await sign({ kid: "good" })), "stream");
  assertEquals(await outcome(service, await sign({ kid: "quantum" })), "token_signature");
  assertEquals(service.logs.filter(({ msg }) => msg === "keys ignored").length, 1);
}

Deno.test("The service ignores unsupported keys in JWT_JWKS and JWT_JWKS_URL with a warning", async () => {
  const good = { ...await exportJWK(createPublicKey(SPKI)), kid: "good" };
  const set = { keys: [X25519, good, ML_DSA] };
  await using inline = await start({ JWT_JWKS: JSON.stringify(set) });
  await assertIgnores(inline);

  await using keyUrl = serveKeys(...set.keys);
  await using remote = await start({ JWT_JWKS_URL: keyUrl.url });
  await assertEventually(async () => outcome(remote, await sign({ kid: "good" })), "stream");
  await assertIgnores(remote);
});

Deno.test("The service refuses to start if JWT_JWKS has only unsupported keys, or a private one", async () => {
  const secret = await exportJWK(RSA.privateKey);
  const table: [keys: object[], reason: RegExp][] = [
    [[X25519, ML_DSA], /no key in it can verify a token: a key must be RSA/],
    [[secret], /it contains a secret or a private key/],
    [[await exportJWK(RSA.publicKey), { ...X25519, d: secret.d }], /it contains a secret/],
  ];
  for (const [keys, reason] of table) {
    const stderr = await failToStart({ JWT_JWKS: JSON.stringify({ keys }) });
    assertMatch(stderr, reason);
    assert(!stderr.includes(secret.d!.slice(0, 20)), stderr);
  }
});
