/**
 * Signing in to NATS: as a user, with a token, with a credentials file, or with an NKey.
 *
 * @module
 */
import {
  type Authenticator,
  credsAuthenticator,
  nkeyAuthenticator,
  nkeys,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from "@nats-io/transport-deno";
import type { VariableReader } from "../variable_reader.ts";

/** How to sign in. */
export type NatsCredentials =
  | { readonly kind: "user"; readonly user: string; readonly password: string }
  | { readonly kind: "token"; readonly token: string }
  /** The text of a credentials file: a user JWT and the seed of its NKey. */
  | { readonly kind: "creds"; readonly creds: string }
  /** The seed of a user's NKey, `SU…`. */
  | { readonly kind: "nkey"; readonly seed: string };

/** Returns the credentials; `undefined` if none are configured. Reports what is invalid. */
export function readCredentials(variables: VariableReader): NatsCredentials | undefined {
  const org = variables.get("ORG") === undefined && variables.get("FLY_ORG") !== undefined
    ? "FLY_ORG"
    : "ORG";
  const token = variables.get("NATS_TOKEN");
  const creds = variables.readFile("NATS_CREDS", "-----BEGIN NATS USER JWT-----");
  const seed = variables.get("NATS_NKEY_SEED");
  if (seed !== undefined && !isUserSeed(seed)) {
    variables.reject("NATS_NKEY_SEED", "the seed of a user's NKey, which starts with SU");
  }
  const ways: Readonly<Record<string, NatsCredentials | undefined>> = {
    [org]: readUser(variables, org, "ACCESS_TOKEN"),
    NATS_USER: readUser(variables, "NATS_USER", "NATS_PASSWORD"),
    NATS_TOKEN: token === undefined ? undefined : { kind: "token", token },
    NATS_CREDS: creds === undefined ? undefined : { kind: "creds", creds },
    NATS_NKEY_SEED: seed === undefined ? undefined : { kind: "nkey", seed },
  };
  const set = Object.keys(ways).filter((name) => ways[name] !== undefined);
  if (set.length > 1) {
    variables.problems.push(
      `Cannot choose how to sign in to NATS: ${set.join(" and ")} are set; set only one of them`,
    );
  }
  return ways[set[0] ?? ""];
}

function readUser(
  variables: VariableReader,
  userName: "ORG" | "FLY_ORG" | "NATS_USER",
  passwordName: "ACCESS_TOKEN" | "NATS_PASSWORD",
): NatsCredentials | undefined {
  const [user, password] = [variables.get(userName), variables.get(passwordName)];
  if (user !== undefined && password !== undefined) return { kind: "user", user, password };
  if (user !== undefined) variables.reject(passwordName, `the password of ${userName}`);
  if (password !== undefined) variables.reject(userName, `the user of ${passwordName}`);
  return undefined;
}

function isUserSeed(seed: string): boolean {
  try {
    return nkeys.fromSeed(new TextEncoder().encode(seed)).getPublicKey().startsWith("U");
  } catch {
    return false;
  }
}

/** Returns what the NATS client signs in with. */
export function toAuthenticator(credentials: NatsCredentials): Authenticator {
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
