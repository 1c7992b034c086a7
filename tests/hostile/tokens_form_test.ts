/** Tokens with a hostile form: serialization, encoding, length, and place in the request. */
import { assertEquals, assertMatch } from "@std/assert";
import { CompactEncrypt } from "jose";
import { SECRET, type Service } from "../support/service.ts";
import { connectTo, receive, request, send } from "../support/clients/raw_request.ts";
import {
  base64url,
  claimsWith,
  signed,
  signedByAttacker,
  signedOfLength,
  withPartsChanged,
} from "../support/tokens/forgery.ts";
import type { TokenRequest } from "../support/tokens/carriers.ts";
import { testTokens } from "../support/tokens/token_services.ts";

const { services, testRefused } = testTokens();

testRefused("JWS JSON serialization, flattened or general", "token_malformed", (kind) => {
  const [head, payload, signature] = signed(kind).split(".");
  const part = { protected: head, signature };
  const general = [[part], [part, part], []].map((signatures) => ({ payload, signatures }));
  const unprotected = { payload, header: { alg: kind.alg }, signature };
  const forms = [{ payload, ...part }, unprotected, ...general];
  const texts = forms.map((form) => JSON.stringify(form));
  return texts.flatMap((text) => [text, text.replace("{", `{"dots":"..",`), base64url(text)]);
});

testRefused("too many dots or too few", "token_malformed", (kind) => {
  const token = signed(kind);
  const [head, payload, signature] = token.split(".");
  const more = [`${token}.`, `.${token}`, `${token}..`, `${token}.${payload}`, `${head}.${token}`];
  const fewer = [`${head}.${payload}`, `.${payload}.${signature}`, `${head}`, "..", "...."];
  const other = [token.replace(".", ".."), token.replaceAll(".", ""), token.replaceAll(".", "。")];
  return [...more, ...fewer, ...other];
});

testRefused("base64 with padding, white space or another alphabet", "token_malformed", (kind) => {
  const inside = ["+", "/", "=", " ", "\t", "\n", "\r\n", "\f", "\0", "é", "\u212a", "%41"];
  const after = ["=", "==", "+", "/", "%", "~", "A=", "A==="];
  return [
    ...inside.flatMap((c) =>
      withPartsChanged(kind, (part) => part.slice(0, 8) + c + part.slice(8))
    ),
    ...after.flatMap((c) => withPartsChanged(kind, (part) => part + c)),
    // One character of four holds no whole byte.
    ...withPartsChanged(kind, (part) => `${part.slice(0, Math.floor(part.length / 4) * 4)}A`),
  ];
});

testRefused("base64url whose trailing bits are not zero", "token_malformed", (kind) => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const next = (c: string) => alphabet[alphabet.indexOf(c) + 1]!;
  return withPartsChanged(kind, (part) => part.slice(0, -1) + next(part.at(-1)!));
});

const NO_OBJECTS = ["null", "[]", "7", '"text"', "{", "{'app':'web'}", " ", '{"app":"web"}x'];
testRefused(
  "a header or claims that are not a JSON object",
  "token_malformed",
  (kind) => NO_OBJECTS.flatMap((text) => [signed(kind, text), signed(kind, {}, text)]),
);

testRefused("another token in it", "token_malformed", (kind) => {
  const inner = [signed(kind), JSON.stringify(signed(kind))];
  const headers = [{}, { cty: "JWT" }, { cty: "JWT", typ: "JWT" }];
  return headers.flatMap((header) => inner.map((token) => signed(kind, token, header)));
});

/** The JWE algorithm for a key whose tokens have this `alg`. */
const JWE_ALGS: Record<string, string> = { HS256: "dir", RS256: "RSA-OAEP", ES256: "ECDH-ES" };
testRefused("encryption for the service's key: a JWE", "token_malformed", async (kind) => {
  // Ed25519 keys cannot encrypt, so another service's key is used.
  const kinds = [kind, ...services().processes.services.keys()];
  const target = kinds.find(({ alg }) => kind.alg !== "EdDSA" || alg === "ES256")!;
  const alg = JWE_ALGS[target.alg]!;
  const key = target.own.publicKey ?? new TextEncoder().encode(SECRET.slice(0, 32));
  const text = new TextEncoder().encode(JSON.stringify(claimsWith()));
  const encrypt = (header: object) =>
    new CompactEncrypt(text).setProtectedHeader({ alg, enc: "A256GCM", ...header }).encrypt(key);
  return await Promise.all([{}, { typ: "JWT" }, { cty: "JWT" }].map(encrypt));
});

testRefused(
  "8193 bytes or more",
  "token_malformed",
  (kind) => [8_193, 8_195, 16_001, 40_001].map((length) => signedOfLength(kind, length)),
);

Deno.test("A token of 8192 bytes streams for every kind of key", async () => {
  await services().assertStreams((kind) => [signedOfLength(kind, 8_192)]);
});

/** The status line of a response to a request that the service may not read completely. */
async function statusOf(service: Service, target: string, fields: string[] = []): Promise<string> {
  using connection = await connectTo(service);
  const text = request(`GET ${target} HTTP/1.1`, fields);
  const [answer] = await Promise.all([receive(connection, /\r\n/), send(connection, text)]);
  return answer.split("\r\n")[0]!;
}

Deno.test("A token of 1 MB, or with a kid of 1 MB, is refused before it is parsed", async () => {
  for (const [kind, service] of services().processes.services) {
    const long = signed(kind, {}, { kid: "k".repeat(750_000) });
    for (const token of ["a".repeat(1_000_000), long]) {
      const fields = [`Authorization: Bearer ${token}`, `Cookie: natstap_token=${token}`];
      const statuses = [
        await statusOf(service, `/logs?token=${token}`),
        ...await Promise.all(fields.map((field) => statusOf(service, "/logs", [field]))),
      ];
      for (const status of statuses) assertMatch(status, /^HTTP\/1\.1 4\d\d /);
    }
    await services().assertNoSideEffects();
  }
  await services().assertStreams((kind) => [signed(kind)]);
});

Deno.test("A bad token is refused even if there is a good one in a place of lower priority", async () => {
  for (const kind of services().processes.services.keys()) {
    const [good, bad] = [signed(kind), signedByAttacker(kind)];
    const requests: TokenRequest[] = [
      [`?token=${good}`, { Authorization: `Bearer ${bad}`, Cookie: `natstap_token=${good}` }],
      [`?token=${bad}`, { Cookie: `natstap_token=${good}` }],
    ];
    for (const request of requests) {
      await services().assertRequestRefused(kind, request, "token_signature");
    }
  }
  await services().assertNoSideEffects();
});

Deno.test("Several tokens in one place are refused as token_malformed, even if they are good", async () => {
  for (const kind of services().processes.services.keys()) {
    const [good, bad] = [signed(kind), signedByAttacker(kind)];
    const pairs = [[good, good], [good, bad], [bad, good], ["", good], [good, ""], [bad, "AAAA"]];
    const cookies = pairs.flatMap(([first, second]) => [
      `natstap_token=${first}; natstap_token=${second}`,
      `a=1;natstap_token="${first}";b="2;3";\tnatstap_token = "${second}" ; c=4`,
    ]);
    const requests: TokenRequest[] = [
      ...cookies.map((Cookie) => ["", { Cookie }] as TokenRequest),
      ...pairs.map(([first, second]) => [`?token=${first}&token=${second}`, {}] as TokenRequest),
      ["", { Cookie: `natstap_token="${good}; natstap_token=${good}"` }],
      ["", { Authorization: `Bearer ${good}, Bearer ${good}` }],
    ];
    for (const request of requests) {
      await services().assertRequestRefused(kind, request, "token_malformed");
    }
  }
  await services().assertNoSideEffects();
});

Deno.test("A cookie whose name only resembles natstap_token is not counted as a token", async () => {
  for (const [kind, { url }] of services().processes.services) {
    const others =
      "natstap_token2=x; xnatstap_token=y; NATSTAP_TOKEN=z; a=natstap_token; natstap=1";
    const headers = { Cookie: `${others}; natstap_token=${signed(kind)}; natstap=natstap_token=1` };
    const response = await fetch(`${url}/logs`, { method: "HEAD", headers });
    assertEquals(response.status, 200);
  }
});

Deno.test("The log contains only the code of each refused token, and no stream", async () => {
  await services().assertLogs();
});
