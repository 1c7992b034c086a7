/**
 * Where NATS is, and how it is connected to.
 *
 * @module
 */
import type { ConnectionOptions } from "@nats-io/transport-deno";
import type { VariableReader } from "../variable_reader.ts";
import { type NatsCredentials, readCredentials, toAuthenticator } from "./credentials.ts";
import { readTlsFiles, type TlsFiles } from "./tls_files.ts";
import { checkAddresses } from "./transport.ts";

/** Where NATS is, and how to connect to it. */
export interface NatsOptions {
  /** At least one address: `nats://HOST:PORT`, `tls://HOST:PORT` or `HOST:PORT`. */
  readonly servers: readonly string[];
  /** How to sign in; `undefined` if NATS requires no sign-in. */
  readonly credentials?: NatsCredentials | undefined;
  /** Requires TLS if present. */
  readonly tls?: TlsFiles | undefined;
  /** Whether addresses of further servers that a server announces are ignored. */
  readonly ignoreClusterUpdates: boolean;
}

/** Fly's own NATS, in the private network of an organization. */
const FLY_SERVER = "nats://[fdaa::3]:4223";
const LOCAL_SERVER = "nats://127.0.0.1:4222";

/** Minimum time between two attempts to connect, and the maximum random time that is added to it. */
const RECONNECT_WAIT_MS = 250;
/** Maximum time that a server may take to greet, or to confirm a subscription. */
export const ANSWER_TIMEOUT_MS = 5_000;
/** How often the server is asked whether it is there. */
const PING_INTERVAL_MS = 2_000;
/** Number of unanswered pings after which a server counts as gone. A flood delays answers, but by less. */
const MAX_PINGS_OUT = 5;

/** Returns the options that variables set. Reports what is invalid; the options are then unusable. */
export function readNatsOptions(variables: VariableReader): NatsOptions {
  const org = variables.get("ORG") ?? variables.get("FLY_ORG");
  const servers = readServers(variables, org === undefined ? LOCAL_SERVER : FLY_SERVER);
  const files = readTlsFiles(variables);
  const tls = Object.keys(files).length > 0 || servers.some((server) => server.startsWith("tls:"));
  return {
    servers,
    credentials: readCredentials(variables),
    tls: tls ? files : undefined,
    // The addresses that a server behind Fly's proxy announces may be unreachable.
    ignoreClusterUpdates: org !== undefined,
  };
}

function readServers(variables: VariableReader, byDefault: string): string[] {
  const servers = (variables.get("NATS_URL") ?? byDefault).split(",").map((url) => url.trim());
  if (!servers.every(isServer)) {
    variables.reject(
      "NATS_URL",
      "nats://HOST:PORT or tls://HOST:PORT without a user, or several of them separated by commas",
    );
  }
  return servers;
}

function isServer(value: string): boolean {
  // The WHATWG parser reads the authority of an "http:" URL as NATS clients read an address.
  const url = URL.parse(`http://${value.replace(/^(nats|tls):\/\//, "")}`);
  if (url === null) return false;
  const { hostname, username, password, pathname, search, hash } = url;
  return hostname !== "" && pathname === "/" && `${username}${password}${search}${hash}` === "";
}

/** Returns how long to wait before the next attempt to connect, in milliseconds. */
export function reconnectWaitMs(): number {
  return RECONNECT_WAIT_MS * (1 + Math.random());
}

/**
 * Returns the options for `connect()`. The connection does not reconnect by itself.
 *
 * @param discovered Addresses of more servers to try, as `HOST:PORT`.
 */
export function toConnectionOptions(
  options: NatsOptions,
  discovered: readonly string[],
): ConnectionOptions {
  const addresses = options.servers.map((server) => server.replace(/^\w+:\/\//, ""));
  const hosts = addresses.map((address) => address.replace(/:\d+$/, "").replace(/[[\]]/g, ""));
  return {
    servers: [...options.servers, ...discovered.filter((server) => !addresses.includes(server))],
    name: "natstap",
    ...(options.credentials && { authenticator: toAuthenticator(options.credentials) }),
    ...(options.tls && { tls: { ...options.tls, ...checkAddresses(hosts) } }),
    ignoreClusterUpdates: options.ignoreClusterUpdates,
    reconnect: false,
    ignoreAuthErrorAbort: true,
    timeout: ANSWER_TIMEOUT_MS,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: MAX_PINGS_OUT,
    noAsyncTraces: true,
  };
}
