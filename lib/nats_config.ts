/**
 * Where NATS is and how to sign in, from the environment.
 *
 * @module
 */
import type { ConfigSource } from "./config.ts";
import type { NatsCredentials, NatsOptions } from "./nats.ts";

/** Notes a wrong variable, and what it may hold. */
type Report = (variable: string, expected: string) => void;

/** Fly's own NATS, inside an organisation's private network. */
const FLY_SERVER = "nats://[fdaa::3]:4223";
const LOCAL_SERVER = "nats://127.0.0.1:4222";

/** Reads the options; what is wrong is reported, and the options are then not to be used. */
export function parseNatsOptions({ env, readFile }: ConfigSource, report: Report): NatsOptions {
  const org = env("ORG") ?? env("FLY_ORG");
  const servers = parseServers(env("NATS_URL") ?? (org ? FLY_SERVER : LOCAL_SERVER), report);
  const read = (name: string) => readNamedFile(name, env(name), readFile, report);
  const ca = read("NATS_TLS_CA");
  return {
    servers,
    credentials: parseCredentials(env, read("NATS_CREDS"), report),
    tls: ca !== undefined
      ? { ca }
      : servers.some((server) => server.startsWith("tls:"))
      ? {}
      : undefined,
    // The addresses that a server behind Fly's proxy gossips may be out of reach.
    ignoreClusterUpdates: org !== undefined,
  };
}

function parseServers(value: string, report: Report): string[] {
  const servers = value.split(",").map((server) => server.trim());
  if (!servers.every(isServer)) {
    report(
      "NATS_URL",
      "nats://HOST:PORT or tls://HOST:PORT, several by commas; user and password go into NATS_USER and NATS_PASSWORD",
    );
  }
  return servers;
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
  const ways: NatsCredentials[] = [];
  const pair = (userName: string, passwordName: string) => {
    const [user, password] = [env(userName), env(passwordName)];
    if (user !== undefined && password !== undefined) ways.push({ kind: "user", user, password });
    else if (user !== undefined) report(passwordName, `the password that goes with ${userName}`);
    else if (password !== undefined) report(userName, `the user that goes with ${passwordName}`);
  };
  pair(
    env("ORG") === undefined && env("FLY_ORG") !== undefined ? "FLY_ORG" : "ORG",
    "ACCESS_TOKEN",
  );
  pair("NATS_USER", "NATS_PASSWORD");
  const token = env("NATS_TOKEN");
  if (token !== undefined) ways.push({ kind: "token", token });
  if (creds !== undefined) ways.push({ kind: "creds", creds });
  if (ways.length > 1) {
    report(
      "NATS_USER",
      "one way to sign in: NATS_USER, NATS_TOKEN, NATS_CREDS or ORG, not several",
    );
  }
  return ways[0];
}

function readNamedFile(
  name: string,
  path: string | undefined,
  readFile: ConfigSource["readFile"],
  report: Report,
): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFile(path);
  } catch (error) {
    report(
      name,
      error instanceof Deno.errors.NotCapable
        ? `a file below /etc/natstap, or start with: deno run -P --allow-read=${path} main.ts`
        : "the path of a file that can be read",
    );
    return undefined;
  }
}
