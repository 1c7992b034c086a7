/**
 * Prints a token that the service takes: `deno task token --app NAME [--ttl 10m]`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { type JWTPayload, SignJWT } from "jose";
import { requireDeno } from "../lib/deno_version.ts";
import { ALL_APPS, isName } from "../lib/nats/subject.ts";
import { clean } from "../lib/variable_reader.ts";
import { readSigningKey, type SigningKey } from "./signing_key.ts";

/** What a token is to say. */
export interface Claims {
  /** The permitted app names, or `["*"]` for every app. */
  app: string[];
  /** How long the token is to live, in seconds. */
  ttl: number;
  /** The one region that is permitted. */
  region?: string | undefined;
  /** The one machine that is permitted. */
  machine?: string | undefined;
  /** Whom the token is for; the service logs it. */
  sub?: string | undefined;
  /** The token's own name; the service logs it. */
  jti?: string | undefined;
  /** Whom it is meant for: the service's `JWT_AUDIENCE`. */
  aud?: string | undefined;
  /** Who made it: the service's `JWT_ISSUER`. */
  iss?: string | undefined;
}

/** What a token's header is to say. */
export interface Header {
  /** The algorithm, where it is not the key's usual one. */
  alg?: string | undefined;
  /** The key's name, where it is not the key's own. */
  kid?: string | undefined;
}

const HELP = `Print a token for natstap on standard output.

  deno task token --app NAME [--app NAME ...] [options]

  --app NAME      an app whose logs the token permits; '*' for every app
  --ttl TIME      how long it lives: 90, 90s, 10m or 1h (default: 10m)
  --region NAME   permit this region only
  --machine NAME  permit this machine only
  --sub TEXT      whom it is for, for the service's log
  --jti TEXT      the token's own name, for the service's log
  --kid TEXT      the key's name, where the service has a JWK Set
  --alg NAME      the algorithm, where it is not the key's usual one
  --help          print this

The key is JWT_SECRET, or JWT_PRIVATE_KEY (PEM or JWK) where the service has a public key.
JWT_AUDIENCE, JWT_ISSUER and JWT_MAX_TTL are read as the service reads them.`;

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/**
 * Makes a token.
 *
 * @throws {RangeError} If the algorithm does not fit the key.
 *
 * @example
 * ```ts
 * const token = await mintToken(parseSecret(secret), { app: ["panini-786"], ttl: 600 });
 * ```
 */
export function mintToken(key: SigningKey, claims: Claims, header: Header = {}): Promise<string> {
  const { app, ttl, ...rest } = claims;
  const alg = header.alg ?? key.algorithms[0]!;
  if (!key.algorithms.includes(alg)) {
    throw new RangeError(
      `Cannot sign with "${alg}": the key takes ${key.algorithms.join(", ")}`,
    );
  }
  const iat = Math.floor(Date.now() / 1000);
  const kid = header.kid ?? key.kid;
  // What is undefined in here is left out of the JSON, and so of the token.
  const payload = { app: app.length === 1 ? app[0] : app, ...rest, iat, exp: iat + ttl };
  return new SignJWT(payload as JWTPayload)
    .setProtectedHeader({ alg, typ: "JWT", ...(kid !== undefined && { kid }) })
    .sign(key.key);
}

function parseFlags(args: string[]) {
  return parseArgs({
    args,
    options: {
      app: { type: "string", multiple: true },
      ttl: { type: "string", default: "10m" },
      region: { type: "string" },
      machine: { type: "string" },
      sub: { type: "string" },
      jti: { type: "string" },
      kid: { type: "string" },
      alg: { type: "string" },
      help: { type: "boolean" },
    },
  }).values;
}

function parseApps(apps: string[] = []): string[] {
  if (apps.length === 0) throw new TypeError("Cannot mint a token without an app: give --app NAME");
  if (apps.length === 1 && apps[0] === ALL_APPS) return apps;
  for (const app of apps) parseName("app", app);
  return apps;
}

function parseName(flag: string, value: string | undefined): string | undefined {
  if (value === undefined || isName(value)) return value;
  throw new RangeError(
    `Cannot use "${value}" as --${flag}: a name is letters, digits, "-" and "_", ` +
      "at most 63, the first a letter or a digit",
  );
}

function parseTtl(text: string, maxText = "3600"): number {
  const [, digits, unit] = /^(\d+)([smh]?)$/.exec(text) ?? [];
  const ttl = Number(digits) * SECONDS[unit || "s"]!;
  const max = Number(maxText);
  if (!(ttl > 0)) {
    throw new SyntaxError(`Cannot read "${text}" as --ttl: give 90, 90s, 10m or 1h`);
  }
  if (!(max > 0)) {
    throw new SyntaxError(`Cannot read "${maxText}" as JWT_MAX_TTL: give a number of seconds`);
  }
  if (ttl <= max) return ttl;
  throw new RangeError(`Cannot use "${text}" as --ttl: JWT_MAX_TTL permits ${max} seconds at most`);
}

async function printToken(args: string[], environment: Record<string, string>): Promise<void> {
  const { app, ttl, region, machine, sub, jti, kid, alg, help } = parseFlags(args);
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
    aud: env.JWT_AUDIENCE,
    iss: env.JWT_ISSUER,
  };
  if (claims.app[0] === ALL_APPS) {
    console.error("The service honours this token only where ALLOW_ALL_APPS=true");
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
