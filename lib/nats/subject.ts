/**
 * Builds the NATS subject of a stream from what the token permits and what the request selects.
 *
 * @module
 */
import { Problem } from "../problem.ts";

/** The value of the claim `app` that permits every app of the organization. */
export const ALL_APPS = "*";

/** What a token permits. */
export interface Permission {
  /** The names of the permitted apps, at least one, or {@linkcode ALL_APPS}. */
  readonly apps: readonly string[] | typeof ALL_APPS;
  /** The only permitted region; `undefined` permits any. */
  readonly region?: string | undefined;
  /** The only permitted machine; `undefined` permits any. */
  readonly machine?: string | undefined;
}

/** What a request selects. The values are as received and not to be trusted. */
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

/** The rule for names, for messages. */
export const NAME_RULE =
  'at most 63 letters, digits, "-" and "_", starting with a letter or a digit';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/**
 * Returns whether `value` is a valid name of an app, a region or a machine. A name is exactly one token
 * of a NATS subject.
 */
export function isName(value: unknown): value is string {
  return typeof value === "string" && NAME.test(value);
}

/**
 * Returns the scope of a stream: what is selected, within what is permitted. Only names that pass
 * {@linkcode isName} become part of the subject, so no claim and no query parameter can add a wildcard or
 * another token to it.
 *
 * @param prefix First token or tokens of the subject, such as `logs` on Fly.
 * @throws {Problem} `filter_invalid` if a name is malformed, `app_required` if one of several apps must
 * be selected, `app_forbidden` or `filter_forbidden` if the token does not permit the selection.
 *
 * @example
 * ```ts
 * selectScope({ apps: ["web"] }, { region: "dfw" }, "logs");
 * // { app: "web", subject: "logs.web.dfw.>" }
 * ```
 */
export function selectScope(permission: Permission, selection: Selection, prefix: string): Scope {
  const app = selectApp(permission.apps, parseName("app", selection.app));
  const region = narrow("region", permission.region, parseName("region", selection.region));
  const machine = narrow("machine", permission.machine, parseName("machine", selection.machine));
  return { app, subject: toSubject(prefix, app, region, machine) };
}

/** Builds `prefix.app.region.machine`, with wildcards for what is not selected. */
function toSubject(prefix: string, app: string, region?: string, machine?: string): string {
  if (machine !== undefined) return `${prefix}.${app}.${region ?? "*"}.${machine}`;
  if (region !== undefined) return `${prefix}.${app}.${region}.>`;
  return app === ALL_APPS ? `${prefix}.>` : `${prefix}.${app}.>`;
}

function parseName(parameter: string, value: string | undefined): string | undefined {
  if (value === undefined || isName(value)) return value;
  throw new Problem("filter_invalid", `Set "${parameter}" to a single name: ${NAME_RULE}.`);
}

function selectApp(permitted: Permission["apps"], selected: string | undefined): string {
  if (selected === undefined) {
    if (permitted === ALL_APPS) return ALL_APPS;
    if (permitted.length === 1) return permitted[0]!;
    throw new Problem("app_required", "The token permits several apps: select one with ?app=NAME.");
  }
  if (permitted === ALL_APPS || permitted.includes(selected)) return selected;
  throw new Problem("app_forbidden", "The token does not permit this app: use a token that does.");
}

function narrow(parameter: string, permitted: string | undefined, selected: string | undefined) {
  if (permitted === undefined || selected === undefined || selected === permitted) {
    return selected ?? permitted;
  }
  throw new Problem(
    "filter_forbidden",
    `The token does not permit this ${parameter}: omit "${parameter}", or use a token that permits it.`,
  );
}
