/**
 * Keys of the product's backend, as a key set behind a URL has them, and what their tokens come to.
 *
 * @module
 */
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import type { Service } from "../service.ts";

/** A key of the product's backend. */
export interface Signer {
  /** Its public half. */
  readonly jwk: JWK;
  /** A token for the app `a`, whose header says this beside `alg`; the key's own `kid` by default. */
  sign(header?: Record<string, unknown>): Promise<string>;
}

/** Makes a key of this `kid`; tokens are signed with it, whatever their headers say. */
export async function createSigner(kid: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  return {
    jwk: { ...await exportJWK(publicKey), kid },
    sign: (header = { kid }) =>
      new SignJWT({ app: "a" }).setProtectedHeader({ alg: "ES256", ...header })
        .setExpirationTime("10m").sign(privateKey),
  };
}

/** What a request with this token comes to: `"stream"`, or an error's code. */
export async function outcome({ url }: Service, token: string): Promise<string> {
  const response = await fetch(`${url}/logs`, { headers: { Authorization: `Bearer ${token}` } });
  if (!response.ok) return (await response.json()).code;
  await response.body!.cancel();
  return "stream";
}
