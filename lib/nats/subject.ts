/**
 * Builds the NATS subject of a stream from what the token permits and what the request selects.
 *
 * @module
 */
import { Problem } from "../problem.ts";
import type { Placeholder, SubjectTemplate } from "./subject_template.ts";

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
  /** The only region; `undefined` for any. */
  readonly region?: string | undefined;
  /** The only machine; `undefined` for any. */
  readonly machine?: string | undefined;
}

/** What can narrow a stream within its app. */
type Filter = Exclude<Placeholder, "app">;

/** Maximum length of each name. The names of Kubernetes pods have up to 253 characters. */
const MAX_LENGTH: Readonly<Record<Placeholder, number>> = { app: 63, region: 63, machine: 253 };

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** Returns the rule for names of this kind, for messages. */
export function nameRule(kind: Placeholder): string {
  return `at most ${
    MAX_LENGTH[kind]
  } letters, digits, "-" and "_", starting with a letter or a digit`;
}

/**
 * Returns whether `value` is a valid name of an app, a region or a machine. A name is exactly one token
 * of a NATS subject.
 */
export function isName(kind: Placeholder, value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_LENGTH[kind] && NAME.test(value);
}

/**
 * Returns the scope of a stream: what is selected, within what is permitted. Only names that pass
 * {@linkcode isName} become part of the subject, so no claim and no query parameter can add a wildcard or
 * another token to it.
 *
 * @param template How the platform builds its subjects.
 * @throws {Problem} `filter_invalid` if a name is malformed or the template has no place for it,
 * `app_required` if one of several apps must be selected, `app_forbidden` or `filter_forbidden` if the
 * token does not permit the selection, or permits only what the template cannot express.
 *
 * @example
 * ```ts
 * const template = new SubjectTemplate("logs.{app}.{region}.{machine}");
 * selectScope({ apps: ["web"] }, { region: "dfw" }, template);
 * // { app: "web", subject: "logs.web.dfw.>", region: "dfw", machine: undefined }
 * ```
 */
export function selectScope(
  permission: Permission,
  selection: Selection,
  template: SubjectTemplate,
): Scope {
  const app = selectApp(permission.apps, parseName("app", selection.app));
  const narrowed = (filter: Filter) => {
    return narrow(filter, permission[filter], parseName(filter, selection[filter]), template);
  };
  const [region, machine] = [narrowed("region"), narrowed("machine")];
  const names = { app: app === ALL_APPS ? undefined : app, region, machine };
  return { app, subject: template.toSubject(names), region, machine };
}

function parseName(parameter: Placeholder, value: string | undefined): string | undefined {
  if (value === undefined || isName(parameter, value)) return value;
  throw new Problem(
    "filter_invalid",
    `Set "${parameter}" to a single name: ${nameRule(parameter)}.`,
  );
}

function selectApp(permitted: Permission["apps"], selected: string | undefined): string {
  if (selected === undefined) {
    if (permitted === ALL_APPS) return ALL_APPS;
    if (permitted.length === 1) return permitted[0]!;
    throw new Problem(
      "app_required",
      "The token permits several apps: select one with ?app=NAME.",
      { apps: permitted },
    );
  }
  if (permitted === ALL_APPS || permitted.includes(selected)) return selected;
  throw new Problem("app_forbidden", "The token does not permit this app: use a token that does.");
}

function narrow(
  filter: Filter,
  permitted: string | undefined,
  selected: string | undefined,
  template: SubjectTemplate,
): string | undefined {
  if (permitted !== undefined && selected !== undefined && selected !== permitted) {
    throw new Problem(
      "filter_forbidden",
      `The token does not permit this ${filter}: omit "${filter}", or use a token that permits it.`,
    );
  }
  if (template.has(filter)) return selected ?? permitted;
  if (permitted !== undefined) {
    // A stream of the whole app would show more than the token permits.
    throw new Problem(
      "filter_forbidden",
      `Use a token without the claim "${filter}": this service's subjects contain no ${filter}.`,
    );
  }
  if (selected === undefined) return undefined;
  throw new Problem(
    "filter_invalid",
    `Omit "${filter}": this service's subjects contain no ${filter}.`,
  );
}
