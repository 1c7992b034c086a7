/** Signing keys of a backend that publishes a key set, and tokens signed with them. */
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import type { Service } from "../service.ts";

/** A signing key of a product's backend. */
export interface Signer {
  /** Its public half. */
  readonly jwk: JWK;
  /** A token for the app `a` with `alg` and this header; by default with the key's own `kid`. */
  sign(header?: Record<string, unknown>): Promise<string>;
}

/** Creates a key named `kid`, which signs tokens whatever their headers say. */
export async function createSigner(kid: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  return {
    jwk: { ...await exportJWK(publicKey), kid },
    sign: (header = { kid }) =>
      new SignJWT({ app: "a" }).setProtectedHeader({ alg: "ES256", ...header })
        .setExpirationTime("10m").sign(privateKey),
  };
}

/** How a request with this token is answered: `"stream"`, or the code of an error. */
export async function outcome({ url }: Service, token: string): Promise<string> {
  const response = await fetch(`${url}/logs`, { headers: { Authorization: `Bearer ${token}` } });
  if (!response.ok) return (await response.json()).code;
  await response.body!.cancel();
  return "stream";
}
