/** Generates key pairs in PEM, as the service and the token tool accept them. */
import { generateKeyPairSync, type KeyObject } from "node:crypto";

/** A key pair in PEM. */
export interface PemPair {
  /** PKCS#8. */
  privateKey: string;
  /** SPKI. */
  publicKey: string;
}

/** Generates a key pair for `alg`. */
export function generatePemPair(alg: string): PemPair {
  const { privateKey, publicKey } = generate(alg);
  return {
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
}

function generate(alg: string): { privateKey: KeyObject; publicKey: KeyObject } {
  switch (alg) {
    case "ES256":
      return generateKeyPairSync("ec", { namedCurve: "P-256" });
    case "ES384":
      return generateKeyPairSync("ec", { namedCurve: "P-384" });
    case "EdDSA":
      return generateKeyPairSync("ed25519");
    default:
      return generateKeyPairSync("rsa", { modulusLength: 2048 });
  }
}
