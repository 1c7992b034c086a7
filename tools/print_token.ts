/**
 * Prints a token for the service: `deno task token --app NAME [--ttl 10m]`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { type JWTPayload, SignJWT } from "jose";
import { requireDeno } from "../lib/deno_version.ts";
import { ALL_APPS, isName, nameRule } from "../lib/nats/subject.ts";
import type { Placeholder } from "../lib/nats/subject_template.ts";
import { clean } from "../lib/variable_reader.ts";
import { readSigningKey, type SigningKey } from "./signing_key.ts";

/** The claims of a token. */
export interface Claims {
  /** Names of the permitted apps, or `["*"]` for all apps. */
  app: string[];
  /** The claim that names them. Default: `app`. */
  appClaim?: string | undefined;
  /** Lifetime of the token, in seconds. */
  ttl: number;
  /** The only permitted region. */
  region?: string | undefined;
  /** The only permitted machine. */
  machine?: string | undefined;
  /** The user that the token is for; the service logs it. */
  sub?: string | undefined;
  /** The token's ID; the service logs it. */
  jti?: string | undefined;
  /** The audience, as in the service's `JWT_AUDIENCE`. */
  aud?: string | undefined;
  /** The issuer, as in the service's `JWT_ISSUER`. */
  iss?: string | undefined;
}

/** The header of a token. */
export interface Header {
  /** The algorithm. Default: the first of the key's algorithms. */
  alg?: string | undefined;
  /** The key ID. Default: the key's own. */
  kid?: string | undefined;
}

const HELP = `Print a token for natstap to standard output.

  deno task token --app NAME [--app NAME ...] [options]

  --app NAME      app whose logs the token permits; '*' for all apps
  --ttl TIME      lifetime: 90, 90s, 10m or 1h (default: 10m)
  --region NAME   permit only this region
  --machine NAME  permit only this machine
  --sub TEXT      user, for the service's log
  --jti TEXT      token ID, for the service's log
  --kid TEXT      key ID, if the service has a JWK Set
  --alg NAME      algorithm (default: the usual one for the key)
  --help          print this help

The token is signed with JWT_SECRET, or with JWT_PRIVATE_KEY (PEM or JWK) if the service has a
public key. JWT_APP_CLAIM, JWT_AUDIENCE, JWT_ISSUER and JWT_MAX_TTL have the same meaning as for the
service.`;

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/**
 * Mints a token.
 *
 * @throws {RangeError} If the algorithm does not fit the key.
 *
 * @example
 * ```ts
 * const token = await mintToken(parseSecret(secret), { app: ["panini-786"], ttl: 600 });
 * ```
 */
export function mintToken(key: SigningKey, claims: Claims, header: Header = {}): Promise<string> {
  const { app, appClaim = "app", ttl, ...rest } = claims;
  const alg = header.alg ?? key.algorithms[0]!;
  if (!key.algorithms.includes(alg)) {
    throw new RangeError(
      `Cannot sign with "${alg}": the key supports ${key.algorithms.join(", ")}`,
    );
  }
  const iat = Math.floor(Date.now() / 1000);
  const kid = header.kid ?? key.kid;
  // JSON leaves out claims that are undefined.
  const payload = { [appClaim]: app.length === 1 ? app[0] : app, ...rest, iat, exp: iat + ttl };
  return new SignJWT(payload as JWTPayload)
    .setProtectedHeader({ alg, typ: "JWT", ...(kid !== undefined && { kid }) })
    .sign(key.key);
}

const TEXT = { type: "string" } as const;
const FLAGS = {
  app: { type: "string", multiple: true },
  ttl: { type: "string", default: "10m" },
  ...{ region: TEXT, machine: TEXT, sub: TEXT, jti: TEXT, kid: TEXT, alg: TEXT },
  help: { type: "boolean" },
} as const;

function parseApps(apps: string[] = []): string[] {
  if (apps.length === 0) throw new TypeError("Cannot mint a token without an app: add --app NAME");
  if (apps.length === 1 && apps[0] === ALL_APPS) return apps;
  for (const app of apps) parseName("app", app);
  return apps;
}

function parseName(flag: Placeholder, value: string | undefined): string | undefined {
  if (value === undefined || isName(flag, value)) return value;
  throw new RangeError(`Cannot use "${value}" as --${flag}: a name has ${nameRule(flag)}`);
}

function parseTtl(text: string, maxText = "3600"): number {
  const [, digits, unit] = /^(\d+)([smh]?)$/.exec(text) ?? [];
  const ttl = Number(digits) * SECONDS[unit || "s"]!;
  const max = Number(maxText);
  if (!(ttl > 0)) {
    throw new SyntaxError(`Cannot read "${text}" as --ttl: expected 90, 90s, 10m or 1h`);
  }
  if (!(max > 0)) {
    throw new SyntaxError(`Cannot read "${maxText}" as JWT_MAX_TTL: expected a number of seconds`);
  }
  if (ttl <= max) return ttl;
  throw new RangeError(`Cannot use "${text}" as --ttl: JWT_MAX_TTL permits at most ${max} seconds`);
}

async function printToken(args: string[], environment: Record<string, string>): Promise<void> {
  const { app, ttl, region, machine, sub, jti, kid, alg, help } =
    parseArgs({ args, options: FLAGS }).values;
  if (help) return console.log(HELP);
  const env = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, clean(value)]),
  );
  const claims: Claims = {
    app: parseApps(app),
    ttl: parseTtl(ttl, env.JWT_MAX_TTL),
    region: parseName("region", region),
    machine: parseName("machine", machine),
    sub,
    jti,
    appClaim: env.JWT_APP_CLAIM,
    aud: env.JWT_AUDIENCE,
    iss: env.JWT_ISSUER,
  };
  if (claims.app[0] === ALL_APPS) {
    console.error("The service accepts this token only if ALLOW_ALL_APPS is true");
  }
  console.log(await mintToken(readSigningKey(env), claims, { alg, kid }));
}

if (import.meta.main) {
  requireDeno();
  try {
    await printToken(Deno.args, Deno.env.toObject());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
