/**
 * Where NATS is and how to sign in, from the environment.
 *
 * @module
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { nkeys } from "@nats-io/transport-deno";
import type { NatsCredentials, NatsOptions, TlsFiles } from "./options.ts";
import { type ConfigSource, describeWrong } from "../variables.ts";

/** Notes one line on what is wrong. */
type Report = (problem: string) => void;

/** Fly's own NATS, inside an organisation's private network. */
const FLY_SERVER = "nats://[fdaa::3]:4223";
const LOCAL_SERVER = "nats://127.0.0.1:4222";

/** Reads the options; what is wrong is reported, and the options are then not to be used. */
export function parseNatsOptions({ env, readFile }: ConfigSource, report: Report): NatsOptions {
  const org = env("ORG") ?? env("FLY_ORG");
  const servers = parseServers(env("NATS_URL") ?? (org ? FLY_SERVER : LOCAL_SERVER), report);
  const read = (name: string, mark: string) => {
    const text = readNamedFile(name, env(name), readFile, report);
    if (text === undefined || text.includes(mark)) return text;
    report(describeWrong(name, env(name), `the path of a file with a line ${mark}`));
    return undefined;
  };
  const files = parseTlsFiles(env, read, report);
  const creds = read("NATS_CREDS", "-----BEGIN NATS USER JWT-----");
  const tls = Object.keys(files).length > 0 || servers.some(demandsTls);
  return {
    servers,
    credentials: parseCredentials(env, creds, report),
    tls: tls ? files : undefined,
    // The addresses that a server behind Fly's proxy gossips may be out of reach.
    ignoreClusterUpdates: org !== undefined,
  };
}

/**
 * Returns the paths of the TLS files, after checking what they hold. The transports read them again for
 * each connection, so that a renewed certificate needs no restart.
 */
function parseTlsFiles(
  env: ConfigSource["env"],
  read: (name: string, mark: string) => string | undefined,
  report: Report,
): TlsFiles {
  read("NATS_TLS_CA", "-----BEGIN CERTIFICATE-----");
  const cert = read("NATS_TLS_CERT", "-----BEGIN CERTIFICATE-----");
  const key = read("NATS_TLS_KEY", "PRIVATE KEY-----");
  const [caFile, certFile, keyFile] = ["CA", "CERT", "KEY"].map((name) => env(`NATS_TLS_${name}`));
  if (certFile !== undefined && keyFile === undefined) {
    report(describeWrong("NATS_TLS_KEY", keyFile, "the path of NATS_TLS_CERT's private key"));
  }
  if (keyFile !== undefined && certFile === undefined) {
    report(describeWrong("NATS_TLS_CERT", certFile, "the path of NATS_TLS_KEY's certificate"));
  }
  if (cert !== undefined && key !== undefined) {
    const [name, expected] = findMismatch(cert, key) ?? [];
    if (name !== undefined) report(describeWrong(name, env(name), `the path of ${expected}`));
  }
  return {
    ...(caFile !== undefined && { caFile }),
    ...(certFile !== undefined && keyFile !== undefined && { certFile, keyFile }),
  };
}

/** Returns the variable whose file is invalid, and what it should be the path of. */
function findMismatch(cert: string, key: string): [name: string, expected: string] | undefined {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(cert);
  } catch {
    return ["NATS_TLS_CERT", "a certificate in PEM"];
  }
  try {
    if (certificate.checkPrivateKey(createPrivateKey(key))) return undefined;
  } catch {
    return ["NATS_TLS_KEY", "a private key in PEM that is not encrypted"];
  }
  return ["NATS_TLS_KEY", "the private key of NATS_TLS_CERT"];
}

function parseServers(value: string, report: Report): string[] {
  const servers = value.split(",").map((server) => server.trim());
  if (!servers.every(isServer)) {
    const expected = "nats://HOST:PORT or tls://HOST:PORT, several by commas, without a user";
    report(describeWrong("NATS_URL", value, expected));
  }
  return servers;
}

function demandsTls(server: string): boolean {
  return server.startsWith("tls:");
}

function isServer(value: string): boolean {
  // The WHATWG parser reads the authority of "http:" URLs as NATS clients read theirs.
  const http = `http://${value.replace(/^(nats|tls):\/\//, "")}`;
  if (!URL.canParse(http)) return false;
  const url = new URL(http);
  return url.hostname !== "" && url.username === "" && url.password === "" &&
    url.pathname === "/" &&
    url.search === "" && url.hash === "";
}

function parseCredentials(
  env: ConfigSource["env"],
  creds: string | undefined,
  report: Report,
): NatsCredentials | undefined {
  const orgName = env("ORG") === undefined && env("FLY_ORG") !== undefined ? "FLY_ORG" : "ORG";
  const pair = (userName: string, passwordName: string) => {
    const [user, password] = [env(userName), env(passwordName)];
    if (user !== undefined && password !== undefined) {
      return { kind: "user", user, password } as const;
    }
    if (user !== undefined) {
      report(describeWrong(passwordName, password, `the password of ${userName}`));
    }
    if (password !== undefined) {
      report(describeWrong(userName, user, `the user of ${passwordName}`));
    }
    return undefined;
  };
  const token = env("NATS_TOKEN");
  const seed = env("NATS_NKEY_SEED");
  if (seed !== undefined && !isUserSeed(seed)) {
    report(
      describeWrong("NATS_NKEY_SEED", seed, "the seed of a user's NKey, which starts with SU"),
    );
  }
  const ways: Readonly<Record<string, NatsCredentials | undefined>> = {
    [orgName]: pair(orgName, "ACCESS_TOKEN"),
    NATS_USER: pair("NATS_USER", "NATS_PASSWORD"),
    NATS_TOKEN: token === undefined ? undefined : { kind: "token", token },
    NATS_CREDS: creds === undefined ? undefined : { kind: "creds", creds },
    NATS_NKEY_SEED: seed === undefined ? undefined : { kind: "nkey", seed },
  };
  const set = Object.keys(ways).filter((name) => ways[name] !== undefined);
  if (set.length > 1) {
    report(`Cannot choose how to sign in to NATS: ${set.join(" and ")} are set, set one of them`);
  }
  return ways[set[0] ?? ""];
}

function isUserSeed(seed: string): boolean {
  try {
    return nkeys.fromSeed(new TextEncoder().encode(seed)).getPublicKey().startsWith("U");
  } catch {
    return false;
  }
}

function readNamedFile(
  name: string,
  path: string | undefined,
  readFile: ConfigSource["readFile"],
  report: Report,
): string | undefined {
  if (path === undefined) return undefined;
  if (path.includes("-----")) {
    report(describeWrong(name, path, "the path of a file, not the text of one"));
    return undefined;
  }
  try {
    return readFile(path);
  } catch (error) {
    const expected = error instanceof Deno.errors.NotCapable
      ? `a file below /etc/natstap, or one that --allow-read=${path} permits`
      : "the path of a file that can be read";
    report(describeWrong(name, path, expected));
    return undefined;
  }
}
