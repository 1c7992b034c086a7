/**
 * From what a token permits, and what a request asks for, to one NATS subject.
 *
 * A subject is only ever built of names that {@linkcode isName} let through, so no claim and no
 * query parameter can put a wildcard or a further token into it.
 *
 * @module
 */
import { Problem } from "../problem.ts";

/** The claim that permits every app of the organisation. */
export const ALL_APPS = "*";

/** What a token permits. */
export interface Permission {
  /** The permitted app names, or {@linkcode ALL_APPS}. Never empty. */
  readonly apps: readonly string[] | typeof ALL_APPS;
  /** The one region that is permitted; any where it is left out. */
  readonly region?: string | undefined;
  /** The one machine that is permitted; any where it is left out. */
  readonly machine?: string | undefined;
}

/** What a request asks for, as it came: nothing in it is trusted. */
export interface Selection {
  /** One of the permitted apps. */
  readonly app?: string | undefined;
  /** One region only. */
  readonly region?: string | undefined;
  /** One machine only. */
  readonly machine?: string | undefined;
}

/** What one stream shows. */
export interface Scope {
  /** The app's name, or {@linkcode ALL_APPS}. */
  readonly app: string;
  /** The NATS subject to subscribe to. */
  readonly subject: string;
}

/** The rule for a name, in words. */
export const NAME_RULE = 'letters, digits, "-" and "_", at most 63, the first a letter or a digit';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/**
 * Whether `value` can name an app, a region or a machine. Such a name is exactly one token of a NATS
 * subject.
 */
export function isName(value: unknown): value is string {
  return typeof value === "string" && NAME.test(value);
}

/**
 * The scope of a stream: what was asked for, within what is permitted.
 *
 * @param prefix The subject's first token or tokens, `logs` on Fly.
 * @throws {Problem} `filter_invalid` where a name is malformed, `app_required` where one of several
 * apps must be chosen, `app_forbidden` or `filter_forbidden` where the token permits another.
 */
export function selectScope(permission: Permission, selection: Selection, prefix: string): Scope {
  const app = selectApp(permission.apps, parseName("app", selection.app));
  const region = narrow("region", permission.region, parseName("region", selection.region));
  const machine = narrow("machine", permission.machine, parseName("machine", selection.machine));
  return { app, subject: toSubject(prefix, app, region, machine) };
}

/** `prefix.app.region.machine`, with what is left out as wide as NATS has it. */
function toSubject(prefix: string, app: string, region?: string, machine?: string): string {
  if (machine !== undefined) return `${prefix}.${app}.${region ?? "*"}.${machine}`;
  if (region !== undefined) return `${prefix}.${app}.${region}.>`;
  return app === ALL_APPS ? `${prefix}.>` : `${prefix}.${app}.>`;
}

function parseName(parameter: string, value: string | undefined): string | undefined {
  if (value === undefined || isName(value)) return value;
  throw new Problem(
    "filter_invalid",
    `Give "${parameter}" as one name: ${NAME_RULE}.`,
  );
}

function selectApp(permitted: Permission["apps"], asked: string | undefined): string {
  if (asked === undefined) {
    if (permitted === ALL_APPS) return ALL_APPS;
    if (permitted.length === 1) return permitted[0]!;
    throw new Problem("app_required", "The token permits several apps: choose one with ?app=NAME.");
  }
  if (permitted === ALL_APPS || permitted.includes(asked)) return asked;
  throw new Problem("app_forbidden", "The token does not permit this app: use a token that does.");
}

function narrow(parameter: string, permitted: string | undefined, asked: string | undefined) {
  if (permitted === undefined || asked === undefined || asked === permitted) {
    return asked ?? permitted;
  }
  throw new Problem(
    "filter_forbidden",
    `The token does not permit this ${parameter}: leave "${parameter}" out, or use a token that permits it.`,
  );
}
