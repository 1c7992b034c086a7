/**
 * The certificates and the key for TLS to NATS.
 *
 * @module
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { VariableReader } from "../variable_reader.ts";

/** Paths of PEM files, which are read again for each connection. */
export interface TlsFiles {
  /** The CA's certificate; the system's CAs by default. */
  readonly caFile?: string;
  /** A client certificate; requires `keyFile`. */
  readonly certFile?: string;
  /** The private key of `certFile`. */
  readonly keyFile?: string;
}

/**
 * Returns the paths of the files, after checking what the files hold. The transports read them again
 * for each connection, so that a renewed certificate needs no restart.
 */
export function readTlsFiles(variables: VariableReader): TlsFiles {
  variables.readFile("NATS_TLS_CA", "-----BEGIN CERTIFICATE-----");
  const cert = variables.readFile("NATS_TLS_CERT", "-----BEGIN CERTIFICATE-----");
  const key = variables.readFile("NATS_TLS_KEY", "PRIVATE KEY-----");
  const caFile = variables.get("NATS_TLS_CA");
  const certFile = variables.get("NATS_TLS_CERT");
  const keyFile = variables.get("NATS_TLS_KEY");
  if (certFile !== undefined && keyFile === undefined) {
    variables.reject("NATS_TLS_KEY", "the path of the private key of NATS_TLS_CERT");
  }
  if (keyFile !== undefined && certFile === undefined) {
    variables.reject("NATS_TLS_CERT", "the path of the certificate of NATS_TLS_KEY");
  }
  if (cert !== undefined && key !== undefined) checkPair(cert, key, variables);
  return {
    ...(caFile !== undefined && { caFile }),
    ...(certFile !== undefined && keyFile !== undefined && { certFile, keyFile }),
  };
}

/** Reports the variable whose file is invalid or does not match the other. */
function checkPair(cert: string, key: string, variables: VariableReader): void {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(cert);
  } catch {
    return variables.reject("NATS_TLS_CERT", "the path of a certificate in PEM");
  }
  try {
    if (certificate.checkPrivateKey(createPrivateKey(key))) return;
    variables.reject("NATS_TLS_KEY", "the path of the private key of NATS_TLS_CERT");
  } catch {
    variables.reject("NATS_TLS_KEY", "the path of a private key in PEM that is not encrypted");
  }
}
