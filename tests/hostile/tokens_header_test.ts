/** Tokens with a hostile header: the algorithm, the key it names or contains, and extensions. */
import {
  base64url,
  casings,
  claimsWith,
  inputOf,
  sign,
  signed,
  signedByAttacker,
  withHeaders,
  withHmac,
} from "../support/tokens/forgery.ts";
import { testTokens } from "../support/tokens/token_services.ts";
import { der, jwk, pem, publicJwk } from "../support/tokens/key_kinds.ts";

const { services, testRefused } = testTokens();

testRefused("alg none, in any case of its letters", "token_signature", (kind) => {
  const signature = signed(kind).split(".")[2]!;
  const algs = [...casings("none"), "none ", " none", "none\0", "n\u043ene", "null"];
  const inputs = algs.map((alg) => inputOf(kind, {}, { alg }));
  return inputs.flatMap((input) => ["", "AAAA", signature].map((end) => `${input}.${end}`));
});

testRefused(
  "its alg in another case or with white space",
  "token_signature",
  (kind) =>
    [kind.alg.toLowerCase(), `${kind.alg} `, ` ${kind.alg}`, `${kind.alg}\n`, `${kind.alg}\0`]
      .map((alg) => signed(kind, {}, { alg })),
);

testRefused(
  "no alg, or one that is not a string",
  "token_malformed",
  (kind) =>
    [undefined, null, "", 7, true, [kind.alg], { alg: kind.alg }]
      .map((alg) => signed(kind, {}, { alg })),
);

testRefused(
  "its alg replaced by another one of its family, or by a JWE's",
  "token_signature",
  (kind) =>
    `${kind.swaps} dir A256KW ECDH-ES RSA1_5 PBES2-HS256+A128KW`.split(" ")
      .map((alg) => signed(kind, {}, { alg, enc: "A256GCM", p2c: 1e9 })),
);
testRefused(
  "two algs, of which the last is none",
  "token_signature",
  (kind) => [signed(kind, {}, `{"alg":"${kind.alg}","alg":"none"}`)],
);
testRefused(
  "its alg in __proto__",
  "token_malformed",
  (kind) => [signed(kind, {}, `{"__proto__":{"alg":"${kind.alg}"}}`)],
);

testRefused("an HMAC over the public key as PEM, DER, JWK or bytes", "token_signature", (kind) => {
  const { publicKey } = kind.own;
  if (publicKey === undefined) return [];
  const [text, bytes] = [pem(publicKey), der(publicKey)];
  const { x = "", y = "", n = "" } = jwk(publicKey);
  const raw = Uint8Array.fromBase64(x + y + n, { alphabet: "base64url" });
  const pems = [text, text.trimEnd(), `${text}\n`, text.replaceAll("\n", "\r\n"), bytes.toBase64()];
  const own = JSON.stringify(jwk(publicKey));
  const jwks = [own, `${own}\n`, services().processes.keySet];
  return [...pems, ...jwks, bytes, raw].flatMap((key) => withHmac(kind, key));
});

testRefused(
  "an HMAC with an empty or guessable key",
  "token_signature",
  (kind) =>
    ["", "\0", "secret", "null", "undefined", "natstap"].flatMap((key) => withHmac(kind, key)),
);

const KIDS = [
  ...["../../../../dev/null", "/proc/self/environ", "..\\..\\key", "k\0.pem", "|cat /etc/passwd"],
  ...["' OR '1'='1", "x' UNION SELECT 'k'--", '"; DROP TABLE keys', "$(id)", "{{7*7}}", ""],
  ...["file:///dev/null", "//evil.example/", "__proto__", "constructor", "k".repeat(5_000)],
];
testRefused("a kid that is a path, SQL, a URL or of 5 KB", "token_signature", (kind) => {
  const kids = [...KIDS, services().processes.attackerUrl];
  return [
    ...kids.map((kid) => signedByAttacker(kind, { kid })),
    // Valid for a service that reads its secret from a file, named by the kid, that is empty.
    ...kids.flatMap((kid) => withHmac(kind, "", { kid })),
  ];
});

testRefused(
  "a kid that is an array, an object or a number",
  "token_signature",
  (kind) =>
    [[kind.kid], { kid: kind.kid }, 7, true, null]
      .map((kid) => signedByAttacker(kind, { kid })),
);

testRefused("its own key in the header: jwk, jku, x5u or x5c", "token_signature", (kind) => {
  const { attacker } = kind;
  const { attackerUrl } = services().processes;
  const x5c = [attacker.publicKey ? der(attacker.publicKey).toBase64() : "AAAA"];
  const headers = [{ jwk: publicJwk(attacker) }, { jku: attackerUrl }, { x5u: attackerUrl }, {
    x5c,
  }];
  const all = [...headers, Object.assign({}, ...headers)];
  return all.flatMap((
    header,
  ) => [header, { ...header, kid: undefined }, { ...header, kid: attackerUrl }])
    .map((header) => signedByAttacker(kind, header));
});

testRefused(
  "a crit that is unknown, empty or malformed, or that lists b64 without a valid b64",
  "token_malformed",
  withHeaders(
    ...[[], ["x"], ["b64", "x"], ["alg"], ["exp"], "b64", {}, null, 7, [7], [""], [["b64"]]]
      .map((crit) => ({ crit, b64: true, x: 1 })),
    ...[undefined, "false", 0, null, false].map((b64) => ({ crit: ["b64"], b64 })),
    ...[["__proto__"], ["toString"], ["constructor"]].map((crit) => ({ crit })),
  ),
);

testRefused("a payload that crit and b64 leave unencoded", "token_malformed", (kind) => {
  const header = JSON.stringify({ alg: kind.alg, crit: ["b64"], b64: false });
  return [sign(kind, `${base64url(header)}.${JSON.stringify(claimsWith())}`)];
});

testRefused(
  "a foreign signature and an arbitrary typ",
  "token_signature",
  (kind) =>
    ["none", "JWE", "JOSE+JSON", "at+jwt", "JWT\0", "", 7, null, ["JWT"], {}]
      .map((typ) => signedByAttacker(kind, { typ })),
);

Deno.test("The log contains only the code of each refused token, and no stream", async () => {
  await services().assertLogs();
});
