/**
 * How the NATS connection is made, and made again.
 *
 * @module
 */
import {
  type Authenticator,
  type ConnectionOptions,
  credsAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from "@nats-io/transport-deno";
import { checkAddresses } from "./npm_transport.ts";

/** How to sign in. */
export type NatsCredentials =
  | { readonly kind: "user"; readonly user: string; readonly password: string }
  | { readonly kind: "token"; readonly token: string }
  /** The text of a credentials file: a user JWT and its NKey seed. */
  | { readonly kind: "creds"; readonly creds: string };

/** Where NATS is, and how to talk to it. */
export interface NatsOptions {
  /** `nats://HOST:PORT` or `tls://HOST:PORT`, one or more. */
  readonly servers: readonly string[];
  /** Left out where NATS lets anyone in. */
  readonly credentials?: NatsCredentials | undefined;
  /** Demands TLS; `caFile` is the path of a CA in PEM, the system's where it is left out. */
  readonly tls?: { readonly caFile?: string } | undefined;
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

/** The same, as `connect()` takes it. */
export function toConnectionOptions(options: NatsOptions): ConnectionOptions {
  return {
    servers: [...options.servers],
    name: "natstap",
    ...(options.credentials && { authenticator: toAuthenticator(options.credentials) }),
    ...(options.tls && { tls: { ...options.tls, ...checkAddresses() } }),
    ignoreClusterUpdates: options.ignoreClusterUpdates,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    ...pacedConnects(),
    timeout: ANSWER_TIMEOUT,
    pingInterval: PING_INTERVAL,
    maxPingOut: MAX_PINGS_OUT,
    noAsyncTraces: true,
  };
}

/**
 * Pauses between two tries to connect to one server. nats-core's own pause is by the clock that may be
 * set: where that steps back an hour, it lasts an hour.
 */
function pacedConnects(): ConnectionOptions {
  const triedAt = new Map<string, number>();
  return {
    // For nats-core each server is always due; the pause comes from the handler below.
    reconnectDelayHandler: () => -Infinity,
    reconnectToServer: ([server]) => {
      const now = performance.now();
      const due = Math.max(now, (triedAt.get(server!.listen) ?? -Infinity) + retryTime());
      triedAt.set(server!.listen, due);
      return { server: server!, delay: due - now };
    },
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
  }
}
