/** Forges tokens byte by byte, because no library produces what attackers send. */
import { createHmac, type KeyObject, sign as signBytes } from "node:crypto";
import type { Kind } from "./key_kinds.ts";

/** Creates the tokens of one attack on a service with this kind of key. */
export type Forge = (kind: Kind) => Promise<string[]> | string[];

/** Encodes bytes, or a text as UTF-8, as one part of a token. */
export function base64url(value: string | Uint8Array): string {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The time `seconds` from now, as a NumericDate. */
export function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

/** Valid claims, overridden by `claims`. */
export function claimsWith(claims: object = {}): object {
  return { app: "web", exp: inSeconds(600), aud: "natstap", iss: "shop", ...claims };
}

/** The signing input: valid header and claims overridden by these objects, or these exact texts. */
export function inputOf(kind: Kind, claims: object | string, header: object | string = {}): string {
  const { alg, kid } = kind;
  const head = typeof header === "string" ? header : JSON.stringify({ alg, kid, ...header });
  const body = typeof claims === "string" ? claims : JSON.stringify(claimsWith(claims));
  return `${base64url(head)}.${base64url(body)}`;
}

/** Signs `input` with the kind's own algorithm, whatever its header says (RFC 7518, section 3). */
export function sign({ alg, own }: Kind, input: string, { privateKey: key } = own): string {
  if (key.type === "secret") return `${input}.${hmacOf(alg, key, input)}`;
  const options = { key, dsaEncoding: "ieee-p1363" as const };
  const hash = alg === "EdDSA" ? null : "sha256";
  return `${input}.${base64url(signBytes(hash, new TextEncoder().encode(input), options))}`;
}

/** A token signed with the service's own key, with these claims and this header. */
export function signed(
  kind: Kind,
  claims: object | string = {},
  header: object | string = {},
): string {
  return sign(kind, inputOf(kind, claims, header));
}

/** A token with this header, signed with the attacker's key. */
export function signedByAttacker(kind: Kind, header: object = {}): string {
  return sign(kind, inputOf(kind, {}, header), kind.attacker);
}

/** A valid token of exactly `length` characters. */
export function signedOfLength(kind: Kind, length: number): string {
  const { length: signature } = signed(kind).split(".")[2]!;
  for (let header = JSON.stringify({ alg: kind.alg });; header += " ") {
    const room = length - base64url(header).length - signature - 2;
    const token = signed(kind, JSON.stringify(claimsWith()).padEnd(room * 3 / 4), header);
    if (token.length === length) return token;
  }
}

/** Tokens that have each of `values` in `claim`, signed with the service's own key. */
export function withClaim(claim: string, values: unknown[]): Forge {
  return (kind) => values.map((value) => signed(kind, { [claim]: value }));
}

/** Tokens with these claims as text, plus a valid `aud` and `iss`; `EXP` becomes a valid time. */
export function withTexts(...texts: string[]): Forge {
  return (kind) => {
    const all = texts.map((text) => text.replaceAll("EXP", `${inSeconds(1_800)}`));
    return all.map((text) => signed(kind, `{${text},"aud":"natstap","iss":"shop"}`));
  };
}

/** Tokens with these header parameters, signed with the service's own key. */
export function withHeaders(...headers: object[]): Forge {
  return (kind) => headers.map((header) => signed(kind, {}, header));
}

/** Tokens with an HMAC in place of the signature. */
export function withHmac(kind: Kind, key: string | Uint8Array, header: object = {}): string[] {
  return ["HS256", "HS384", "HS512"].map((alg) => {
    const input = inputOf(kind, {}, { alg, ...header });
    return `${input}.${hmacOf(alg, key, input)}`;
  });
}

/** Valid tokens in which one of the three parts was changed before signing. */
export function withPartsChanged(kind: Kind, change: (part: string) => string): string[] {
  // The length leaves unused bits in the last character.
  const input = inputOf(kind, JSON.stringify(claimsWith()).padEnd(152));
  const [header, claims] = input.split(".") as [string, string];
  const signature = sign(kind, input).split(".")[2]!;
  const inputs = [`${change(header)}.${claims}`, `${header}.${change(claims)}`];
  return [...inputs.map((input) => sign(kind, input)), `${input}.${change(signature)}`];
}

/** All combinations of upper and lower case of `text`. */
export function casings(text: string): string[] {
  if (text === "") return [""];
  const rest = casings(text.slice(1));
  return [text[0]!.toLowerCase(), text[0]!.toUpperCase()].flatMap((c) => rest.map((r) => c + r));
}

function hmacOf(alg: string, key: KeyObject | string | Uint8Array, input: string): string {
  return createHmac(`sha${alg.slice(2)}`, key).update(input).digest("base64url");
}
