/**
 * How the NATS connection is made, and made again.
 *
 * @module
 */
import {
  type Authenticator,
  type ConnectionOptions,
  credsAuthenticator,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from "@nats-io/transport-deno";
import { checkAddresses } from "./transport.ts";

/** How to sign in. */
export type NatsCredentials =
  | { readonly kind: "user"; readonly user: string; readonly password: string }
  | { readonly kind: "token"; readonly token: string }
  /** The text of a credentials file: a user JWT and its NKey seed. */
  | { readonly kind: "creds"; readonly creds: string }
  /** The seed of a user's NKey, `SU…`. */
  | { readonly kind: "nkey"; readonly seed: string };

/** Paths of PEM files, which are read again for each connection. */
export interface TlsFiles {
  /** The CA's certificate; the system's CAs by default. */
  readonly caFile?: string;
  /** A client certificate; requires `keyFile`. */
  readonly certFile?: string;
  /** The private key of `certFile`. */
  readonly keyFile?: string;
}

/** Where NATS is, and how to talk to it. */
export interface NatsOptions {
  /** `nats://HOST:PORT` or `tls://HOST:PORT`, one or more. */
  readonly servers: readonly string[];
  /** Left out where NATS lets anyone in. */
  readonly credentials?: NatsCredentials | undefined;
  /** Demands TLS. */
  readonly tls?: TlsFiles | undefined;
  /** Whether the addresses of further servers that a server tells of are left alone. */
  readonly ignoreClusterUpdates: boolean;
}

/** Between two tries to connect; up to as long again is added by chance. Milliseconds. */
const RECONNECT_WAIT = 250;
/** How long a server may take to say hello, or to confirm a subscription. Milliseconds. */
export const ANSWER_TIMEOUT = 5_000;
/** How often the server is asked whether it is there. Milliseconds. */
const PING_INTERVAL = 2_000;
/** A server that leaves so many questions open is gone: more than a flood may delay an answer. */
const MAX_PINGS_OUT = 5;

/** How long to wait before the next try to connect. Milliseconds. */
export function retryTime(): number {
  return RECONNECT_WAIT * (1 + Math.random());
}

/**
 * Returns the options for `connect()`. The connection does not reconnect.
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
    timeout: ANSWER_TIMEOUT,
    pingInterval: PING_INTERVAL,
    maxPingOut: MAX_PINGS_OUT,
    noAsyncTraces: true,
  };
}

function toAuthenticator(credentials: NatsCredentials): Authenticator {
  switch (credentials.kind) {
    case "user":
      return usernamePasswordAuthenticator(credentials.user, credentials.password);
    case "token":
      return tokenAuthenticator(credentials.token);
    case "creds":
      return credsAuthenticator(new TextEncoder().encode(credentials.creds));
    case "nkey":
      return nkeyAuthenticator(new TextEncoder().encode(credentials.seed));
  }
}
