/**
 * A private certificate authority, for TLS in the tests and the benchmark.
 *
 * @module
 */
import { createOpenssl } from "./openssl.ts";

/** The paths of a certificate and its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority whose folder is removed when it is disposed. */
export interface Authority extends AsyncDisposable {
  /** The folder that holds all of its files. */
  readonly folder: string;
  /** The path of the CA certificate. */
  readonly path: string;
  /** Issues a certificate for `altNames`, such as `DNS:localhost,IP:127.0.0.1`. */
  issue(altNames: string): Promise<Certificate>;
  /** Issues a certificate and resolves to a `tls` block for nats-server, ending with `more`. */
  serverConfig(altNames: string, more?: string): Promise<string>;
}

const NEW_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
const VALID = "-days 2";

/**
 * Creates an authority whose certificates are valid for two days.
 *
 * @throws {Error} If openssl fails, or is missing and cannot be installed.
 */
export async function createAuthority(): Promise<Authority> {
  const openssl = await createOpenssl();
  const { folder } = openssl;
  await openssl.run(
    `openssl req -x509 ${NEW_KEY} -subj /CN=authority ${VALID} -keyout ca.key -out ca.pem`,
  );
  let issued = 0;
  const issue = async (altNames: string) => {
    const name = String(++issued);
    await openssl.write(`${name}.ext`, `subjectAltName=${altNames}\n`);
    await openssl.run(
      `openssl req ${NEW_KEY} -subj /CN=${name} -keyout ${name}.key -out ${name}.csr`,
    );
    await openssl.run(
      `openssl x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial ${VALID} ` +
        `-extfile ${name}.ext -out ${name}.pem`,
    );
    return { cert: `${folder}/${name}.pem`, key: `${folder}/${name}.key` };
  };
  return {
    folder,
    path: `${folder}/ca.pem`,
    issue,
    async serverConfig(altNames, more = "") {
      const { cert, key } = await issue(altNames);
      return `tls { cert_file: "${cert}", key_file: "${key}", ca_file: "${folder}/ca.pem"\n${more} }`;
    },
    [Symbol.asyncDispose]: () => openssl[Symbol.asyncDispose](),
  };
}
