/** Tokens with hostile claims: app, times, audience, and JSON that can be read in two ways. */
import { inSeconds, signed, withClaim, withTexts } from "../support/tokens/forgery.ts";
import { testTokens } from "../support/tokens/token_services.ts";

const { services, testRefused } = testTokens();

testRefused(
  "two app claims, of which the last is hostile",
  "token_claims",
  withTexts(...[">", "*.>", "web.>", ""].map((app) => `"exp":EXP,"app":"web","app":"${app}"`)),
);
testRefused(
  "two exp claims, of which the last is in the past",
  "token_expired",
  withTexts(`"app":"web","exp":EXP,"exp":1`),
);

Deno.test("A token with two app claims streams only the last one (RFC 7519, section 4)", async () => {
  const forge = withTexts(`"exp":EXP,"app":">","app":"last"`, `"exp":EXP,"app":"web","app":"last"`);
  await services().assertStreams(forge, "last");
});

testRefused(
  "claims in __proto__ or in constructor",
  "token_claims",
  withTexts(
    ...[`"__proto__":{"app":"web","exp":EXP}`, `"exp":EXP,"__proto__":{"app":"web"}`],
    ...[`"app":"web","__proto__":{"exp":EXP}`, `"exp":EXP,"app":{"__proto__":["web"]}`],
    ...[`"constructor":{"prototype":{"app":"web","exp":EXP}}`, `"exp":EXP,"app":"__proto__"`],
    ...[`"exp":EXP,"app":["web","__proto__"]`, `"exp":EXP,"app":{"length":1,"0":"web"}`],
  ),
);

const withExp = (texts: string) =>
  withTexts(...texts.split(" ").map((exp) => `"app":"web","exp":${exp}`));
testRefused(
  "exp as a string, an array, an object or 1e400",
  "token_claims",
  withExp(`"EXP" "1e9" "" [EXP] {"valueOf":EXP} true null 1e400`),
);
testRefused(
  "exp negative, -0, past or a fraction",
  "token_expired",
  withExp("-1 -0 0 -1e400 -EXP 0.5 1.5e9 5e-324"),
);
testRefused(
  "exp as NaN, Infinity or in another notation",
  "token_malformed",
  withExp("NaN Infinity -Infinity 0xffffffff EXPn +EXP 0EXP EXP. 1_000 undefined"),
);
testRefused(
  "a huge exp",
  "token_ttl",
  withExp("9007199254740993 99999999999999999999 8640000000001 1e308 EXP000 EXPe3"),
);

Deno.test("A token of JWT_MAX_TTL streams even if its issuer's clock is up to 4 s ahead", async () => {
  for (const seconds of [3_600, 3_601, 3_604]) {
    await services().assertStreams((kind) => [signed(kind, { exp: inSeconds(seconds) })]);
  }
});

testRefused(
  "app missing, empty, an object, a nested array or not a string",
  "token_claims",
  withClaim("app", [
    ...[undefined, null, "", " ", 7, true, {}, { 0: "web", length: 1 }, { app: "web" }],
    ...[[], [[]], [["web"]], ["web", ["web"]], ["web", ""], ["web", null], ["web", { a: 1 }]],
  ]),
);
testRefused(
  "app with wildcards, or with several tokens of a subject",
  "token_claims",
  withClaim("app", [
    ...[">", "*.>", "web.>", "*.*", "web.dfw", ".", "web.", ".web", "$SYS", "$SYS.>", "web*"],
    ...[["*"], ["web", ">"], ["web", "a.b"]],
  ]),
);
testRefused(
  "app with look-alikes: Cyrillic, fullwidth, combining, zero-width, right-to-left",
  "token_claims",
  withClaim("app", [
    ...["w\u0435b", "ｗｅｂ", "weｂ", "ωeb", "𝐰𝐞𝐛", "ⓦeb", "ſweb", "web\u0301", "we\u0308b", "٣"],
    ...["w\u200beb", "web\u200d", "\ufeffweb", "\u202ebew", "web\u202c", "web\u00a0", "web\ud800"],
    ...[["web", "w\u0435b"], ["web", "web\u200b"]],
  ]),
);
const CONTROLS = ["\n", "\r", "\r\n", "\0", "\t", " ", "\u0085", "\u2028", "\r\nSUB > 1\r\n"];
testRefused(
  "a line break, white space or a NUL in app",
  "token_claims",
  withClaim("app", CONTROLS.flatMap((c) => [`web${c}`, `${c}web`, `w${c}eb`, ["web", `web${c}`]])),
);
for (const claim of ["region", "machine"]) {
  const values = ["*", ">", "dfw.>", "a.b", "", null, 7, ["dfw"], {}, "ｄfw", "dfw\u200b"];
  testRefused(
    `a ${claim} of a wildcard, a line break, a NUL, look-alikes or no text`,
    "token_claims",
    withClaim(claim, [...values, ...CONTROLS.map((c) => `dfw${c}`)]),
  );
}

testRefused(
  "another audience, or none",
  "token_claims",
  withClaim("aud", [
    ...[undefined, null, "", "other", "NATSTAP", "natstap ", "natstap\0", "natstap,other"],
    ...["n\u0430tstap", [], ["other"], [["natstap"]], { 0: "natstap" }, true],
  ]),
);
testRefused(
  "another issuer, or none",
  "token_claims",
  withClaim("iss", [
    ...[undefined, null, "", "other", "SHOP", "shop\n", "shop/", "\u0455hop"],
    ...[["shop"], { iss: "shop" }],
  ]),
);

Deno.test("The log contains only the code of each refused token, and no stream", async () => {
  await services().assertLogs();
});
