/**
 * A private certificate authority, for TLS in the tests and the benchmark.
 *
 * @module
 */
import { findOrInstall } from "./install.ts";

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

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/**
 * Creates an authority whose certificates are valid for two days.
 *
 * @throws {Error} If openssl fails, or is missing and cannot be installed.
 */
export async function createAuthority(): Promise<Authority> {
  const openssl = await findOrInstall({
    name: "openssl",
    env: "OPENSSL",
    apt: "openssl",
    brew: "openssl",
  });
  const folder = await Deno.makeTempDir({ prefix: "natstap-tls-" });
  const run = async (...args: string[]) => {
    const { success, stderr } = await new Deno.Command(openssl, { args, cwd: folder }).output();
    if (!success) {
      throw new Error(`Cannot create a certificate: ${new TextDecoder().decode(stderr)}`);
    }
  };
  // deno-fmt-ignore
  await run("req", "-x509", ...NEW_KEY, "-subj", "/CN=Test authority", "-days", "2",
    "-keyout", "ca.key", "-out", "ca.pem");
  let issued = 0;
  const issue = async (altNames: string) => {
    const name = String(++issued);
    await Deno.writeTextFile(`${folder}/${name}.ext`, `subjectAltName=${altNames}\n`);
    // deno-fmt-ignore
    await run("req", ...NEW_KEY, "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.csr`);
    // deno-fmt-ignore
    await run("x509", "-req", "-in", `${name}.csr`, "-CA", "ca.pem", "-CAkey", "ca.key",
      "-CAcreateserial", "-days", "2", "-extfile", `${name}.ext`, "-out", `${name}.pem`);
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
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
