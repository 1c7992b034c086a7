/** Tokens that products sign with other libraries, or as the documentation shows. */
import { createSigner } from "npm:fast-jwt@^6";
import jsonwebtoken from "npm:jsonwebtoken@^9";
import { assertEquals } from "@std/assert";
import { generatePemPair } from "../support/tokens/key_pair.ts";
import { read } from "../support/clients/sse_reader.ts";
import { codeBlocks, PAGES } from "../support/documents.ts";
import { findOrInstall } from "../../tools/install.ts";
import { ROOT } from "../support/checkout.ts";
import { outputOf } from "../support/command.ts";
import { SECRET, type Stack, startStack } from "../support/service.ts";

/** The claims of a product's backend. */
interface Claims {
  app: string;
  sub: string;
  exp: number;
}

/** Libraries other than the service's own. */
const LIBRARIES: Record<string, (key: string, alg: string, claims: Claims) => string> = {
  jsonwebtoken: (key, alg, claims) =>
    jsonwebtoken.sign(claims, key, { algorithm: alg as jsonwebtoken.Algorithm }),
  "fast-jwt": (key, algorithm, claims) =>
    createSigner({ key, algorithm: algorithm as "HS256" })({ ...claims }),
};

async function assertStreams(stack: Stack, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  await using reader = await read(`${stack.service.url}/logs`, { headers });
  await reader.control("ready");
  stack.publisher.publish("logs.panini-786.dfw.d896d7c609dd68", "hello");
  assertEquals(await reader.line(), "hello");
}

function claims(): Claims {
  return { app: "panini-786", sub: "user-7", exp: Math.floor(Date.now() / 1000) + 600 };
}

Deno.test("a token that another library signs with JWT_SECRET streams", async () => {
  await using stack = await startStack();
  for (const mint of Object.values(LIBRARIES)) {
    for (const alg of ["HS256", "HS384", "HS512"]) {
      await assertStreams(stack, mint(SECRET, alg, claims()));
    }
  }
});

for (const alg of ["RS256", "PS256", "ES256", "ES384", "EdDSA"]) {
  Deno.test(`a token that another library signs with ${alg} for JWT_PUBLIC_KEY streams`, async () => {
    const { privateKey, publicKey } = generatePemPair(alg);
    await using stack = await startStack({ JWT_PUBLIC_KEY: publicKey });
    for (const [library, mint] of Object.entries(LIBRARIES)) {
      // jsonwebtoken does not support EdDSA.
      if (library === "jsonwebtoken" && alg === "EdDSA") continue;
      await assertStreams(stack, mint(privateKey, alg, claims()));
    }
  });
}

/** The scripts in the documentation that print a token. */
const SCRIPTS = PAGES.flatMap(({ text }) =>
  ["ts", "js", "php"].flatMap((language) => codeBlocks(text, language))
).filter((script) => /^(?:<\?php\n)?\/\/ mint\./.test(script));

/** Runs a script that prints a token. */
async function runScript(script: string): Promise<string> {
  const isPhp = script.startsWith("<?php");
  const program = isPhp ? await findOrInstall({ name: "php", apt: "php-cli" }) : Deno.execPath();
  const flags = isPhp ? [] : ["run", "-A", "--quiet", "--no-check", `--config=${ROOT}deno.json`];
  const path = await Deno.makeTempFile({ suffix: isPhp ? ".php" : ".ts" });
  await Deno.writeTextFile(path, script.replace(`"jsonwebtoken"`, `"npm:jsonwebtoken@^9"`));
  const env = { JWT_SECRET: SECRET };
  const { stdout, stderr } = await outputOf(
    new Deno.Command(program, { args: [...flags, path], env }),
  );
  await Deno.remove(path);
  assertEquals(stderr, "");
  return stdout.trim();
}

Deno.test("the token that each TypeScript, JavaScript and PHP example prints streams", async () => {
  await using stack = await startStack();
  assertEquals(SCRIPTS.length, 3);
  for (const script of SCRIPTS) await assertStreams(stack, await runScript(script));
});
