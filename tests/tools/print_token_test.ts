import { generateKeyPairSync } from "node:crypto";
import { fileURLToPath } from "node:url";
import { decodeJwt, decodeProtectedHeader, importSPKI, jwtVerify } from "jose";
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { outputOf } from "../support/command.ts";
import { generatePemPair } from "../support/tokens/key_pair.ts";
import { read } from "../support/clients/sse_reader.ts";
import { startStack } from "../support/service.ts";
import { parsePrivateKey, parseSecret } from "../../tools/signing_key.ts";
import { mintToken } from "../../tools/print_token.ts";

const JWT_SECRET = "a secret of the tests that is 32 bytes or more";

/** Runs the tool with no environment variables other than `env` and those that Deno needs. */
async function runTool(args: string[], env: Record<string, string> = { JWT_SECRET }) {
  const tool = fileURLToPath(new URL("../../tools/print_token.ts", import.meta.url));
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", tool, ...args],
    env: { ...env, PATH: "", HOME: Deno.env.get("HOME") ?? "", DENO_DIR: denoDir(), NO_COLOR: "1" },
    clearEnv: true,
  });
  const { stderr, ...output } = await outputOf(command);
  return { ...output, stderr: stderr.trim() };
}

function denoDir(): string {
  return Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
}

async function assertRefused(message: string, args: string[], env?: Record<string, string>) {
  assertEquals(await runTool(args, env), { code: 1, stdout: "", stderr: message });
}

Deno.test("token prints a token and nothing else", async () => {
  const { code, stdout, stderr } = await runTool(["--app", "panini-786"]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertMatch(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const secret = new TextEncoder().encode(JWT_SECRET);
  const { payload, protectedHeader } = await jwtVerify(stdout.trim(), secret);
  assertEquals(protectedHeader, { alg: "HS256", typ: "JWT" });
  const { iat, exp, ...claims } = payload;
  assertEquals(claims, { app: "panini-786" });
  assertEquals(exp! - iat!, 600);
  assert(Math.abs(iat! - Date.now() / 1000) < 30);
});

Deno.test("token prints a token that the service accepts", async () => {
  const rules = { JWT_SECRET, JWT_AUDIENCE: "natstap", JWT_ISSUER: "shop" };
  await using stack = await startStack(rules);
  const { stdout } = await runTool(["--app", "a", "--region", "dfw", "--ttl", "1h"], rules);
  await using reader = await read(`${stack.service.url}/logs?token=${stdout.trim()}`);
  assertEquals((await reader.control("ready")).subject, "logs.a.dfw.>");
});

Deno.test("token sets the claim of every flag and variable", async () => {
  const names = ["--app", "a", "--app", "b", "--region", "dfw", "--machine", "d896d7c609dd68"];
  const { stdout } = await runTool(
    [...names, "--sub", "user 7", "--jti", "t-1", "--kid", "k-1", "--alg", "HS512", "--ttl", "2h"],
    { JWT_SECRET, JWT_AUDIENCE: "natstap", JWT_ISSUER: "shop", JWT_MAX_TTL: "7200" },
  );
  const { iat, exp, ...claims } = decodeJwt(stdout.trim());
  assertEquals(exp! - iat!, 7200);
  assertEquals(claims, {
    app: ["a", "b"],
    region: "dfw",
    machine: "d896d7c609dd68",
    sub: "user 7",
    jti: "t-1",
    aud: "natstap",
    iss: "shop",
  });
  assertEquals(decodeProtectedHeader(stdout), { alg: "HS512", typ: "JWT", kid: "k-1" });
});

Deno.test("token reads --ttl in seconds, minutes and hours", async () => {
  for (const [text, seconds] of [["90", 90], ["90s", 90], ["10m", 600], ["1h", 3600]] as const) {
    const { stdout } = await runTool(["--app", "a", "--ttl", text]);
    const { iat, exp } = decodeJwt(stdout.trim());
    assertEquals(exp! - iat!, seconds);
  }
});

Deno.test("token signs with JWT_PRIVATE_KEY, whose line breaks may be written as \\n", async () => {
  const { privateKey, publicKey } = generatePemPair("EdDSA");
  const env = { JWT_PRIVATE_KEY: privateKey.trim().replaceAll("\n", "\\n") };
  const { stdout } = await runTool(["--app", "a"], env);
  await jwtVerify(stdout.trim(), await importSPKI(publicKey, "EdDSA"));
});

Deno.test("token strips the trailing line breaks that the service strips", async () => {
  const { stdout } = await runTool(["--app", "a"], {
    JWT_SECRET: `${JWT_SECRET}\r\n`,
    JWT_AUDIENCE: "natstap\n",
    JWT_MAX_TTL: "3600\n",
  });
  const audience = "natstap";
  await jwtVerify(stdout.trim(), new TextEncoder().encode(JWT_SECRET), { audience });
});

Deno.test("token warns that '*' requires ALLOW_ALL_APPS", async () => {
  const { code, stdout, stderr } = await runTool(["--app", "*"]);
  assertEquals(code, 0);
  assertEquals(decodeJwt(stdout).app, "*");
  assertEquals(stderr, "The service accepts this token only if ALLOW_ALL_APPS is true");
});

Deno.test("token prints its flags with --help", async () => {
  const { code, stdout } = await runTool(["--help"], {});
  assertEquals(code, 0);
  for (const flag of ["app", "ttl", "region", "machine", "sub", "jti", "kid", "alg"]) {
    assertMatch(stdout, new RegExp(`^  --${flag} `, "m"));
  }
});

Deno.test("token says what to do if the key is missing, ambiguous or invalid", async () => {
  const { privateKey, publicKey } = generatePemPair("RS256");
  const table: [env: Record<string, string>, message: string][] = [
    [
      {},
      "Cannot sign without a key: set JWT_SECRET to the service's secret " +
      "(to generate one: openssl rand -base64 48), or JWT_PRIVATE_KEY if the service has a public " +
      "key (to generate one: openssl genpkey -algorithm ed25519)",
    ],
    [
      { JWT_SECRET, JWT_PRIVATE_KEY: privateKey },
      "Cannot choose a key: JWT_SECRET and JWT_PRIVATE_KEY are both set",
    ],
    [
      { JWT_SECRET: "hunter2" },
      "Cannot sign with JWT_SECRET: its length is 7, but at least 32 bytes are required " +
      "(to generate one: openssl rand -base64 48)",
    ],
    [
      { JWT_PRIVATE_KEY: publicKey },
      "Cannot sign with JWT_PRIVATE_KEY: it is not a private key in PEM or JSON",
    ],
  ];
  for (const [env, message] of table) await assertRefused(message, ["--app", "a"], env);
});

Deno.test("token says what is wrong with a flag", async () => {
  await assertRefused("Cannot mint a token without an app: add --app NAME", []);
  for (const name of ["a.b", ">", "", "*"]) {
    await assertRefused(
      `Cannot use "${name}" as --app: a name has at most 63 letters, digits, "-" and "_", ` +
        "starting with a letter or a digit",
      ["--app", "ok", "--app", name],
    );
  }
  for (const ttl of ["soon", "1d", "0", "1.5h"]) {
    const message = `Cannot read "${ttl}" as --ttl: expected 90, 90s, 10m or 1h`;
    await assertRefused(message, ["--app", "a", "--ttl", ttl]);
  }
  const tooLong = 'Cannot use "2h" as --ttl: JWT_MAX_TTL permits at most 3600 seconds';
  await assertRefused(tooLong, ["--app", "a", "--ttl", "2h"]);
  const unfit = 'Cannot sign with "RS256": the key supports HS256, HS384, HS512';
  await assertRefused(unfit, ["--app", "a", "--alg", "RS256"]);
});

Deno.test("mintToken() signs with the default algorithm of each kind of private key", async () => {
  for (const alg of ["RS256", "ES256", "ES384", "EdDSA"]) {
    const { privateKey, publicKey } = generatePemPair(alg);
    const token = await mintToken(parsePrivateKey(privateKey), { app: ["a"], ttl: 60 });
    const { protectedHeader } = await jwtVerify(token, await importSPKI(publicKey, alg));
    assertEquals(protectedHeader.alg, alg);
  }
});

Deno.test("mintToken() signs with a JWK and sets its kid", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = { ...privateKey.export({ format: "jwk" }), kid: "2026-11" };
  const key = parsePrivateKey(JSON.stringify(jwk));
  const token = await mintToken(key, { app: ["a"], ttl: 60 });
  const { protectedHeader } = await jwtVerify(token, publicKey);
  assertEquals(protectedHeader.kid, "2026-11");
});

Deno.test("mintToken() signs with any algorithm that the key supports", async () => {
  const { privateKey, publicKey } = generatePemPair("RS256");
  const claims = { app: ["a"], ttl: 60 };
  const token = await mintToken(parsePrivateKey(privateKey), claims, { alg: "PS512" });
  await jwtVerify(token, await importSPKI(publicKey, "PS512"));
});

Deno.test("parsePrivateKey() rejects a key that no algorithm supports", () => {
  const jwk = generateKeyPairSync("x25519").privateKey.export({ format: "jwk" });
  const message = "its type is X25519, but must be RSA";
  assertThrows(() => parsePrivateKey(JSON.stringify(jwk)), TypeError, message);
});

Deno.test("parseSecret() uses the characters of the secret as the key", () => {
  assertEquals(parseSecret(JWT_SECRET).key, new TextEncoder().encode(JWT_SECRET));
});
