/**
 * From what a token permits, and what a request asks for, to one NATS subject.
 *
 * A subject is only ever built of names that {@linkcode isName} let through, so no claim and no
 * query parameter can put a wildcard or a further token into it.
 *
 * @module
 */
import { Problem } from "../problem.ts";
import type { Placeholder, SubjectTemplate } from "./subject_template.ts";

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

/** What narrows a stream within its app. */
type Filter = Exclude<Placeholder, "app">;

/** Maximum length of each name. A Kubernetes pod has up to 253 characters. */
const MAX_LENGTH: Readonly<Record<Placeholder, number>> = { app: 63, region: 63, machine: 253 };

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** The rule for such a name, in words. */
export function nameRule(placeholder: Placeholder): string {
  return `letters, digits, "-" and "_", at most ${
    MAX_LENGTH[placeholder]
  }, starting with a letter or digit`;
}

/** Whether `value` can name an app, a region or a machine. Such a name is exactly one token of a NATS subject. */
export function isName(placeholder: Placeholder, value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_LENGTH[placeholder] && NAME.test(value);
}

/**
 * The scope of a stream: what was asked for, within what is permitted.
 *
 * @param template How the platform builds its subjects.
 * @throws {Problem} `filter_invalid` if a name is malformed or the template has no place for it, `app_required`
 * if one of several apps must be chosen, `app_forbidden` or `filter_forbidden` if the token permits another.
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
  return { app, subject: template.toSubject(names) };
}

function parseName(parameter: Placeholder, value: string | undefined): string | undefined {
  if (value === undefined || isName(parameter, value)) return value;
  throw new Problem(
    "filter_invalid",
    `Give "${parameter}" as one name: ${nameRule(parameter)}.`,
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

function narrow(
  filter: Filter,
  permitted: string | undefined,
  asked: string | undefined,
  template: SubjectTemplate,
): string | undefined {
  if (permitted !== undefined && asked !== undefined && asked !== permitted) {
    throw new Problem(
      "filter_forbidden",
      `The token does not permit this ${filter}: leave "${filter}" out, or use a token that permits it.`,
    );
  }
  if (asked !== undefined && !template.has(filter)) {
    throw new Problem(
      "filter_invalid",
      `Leave "${filter}" out: the subjects of this service do not tell one ${filter} from another.`,
    );
  }
  // A stream of all of them would show more than the token permits.
  if (permitted !== undefined && !template.has(filter)) {
    throw new Problem(
      "filter_forbidden",
      `Use a token without the claim "${filter}": the subjects of this service do not tell one ${filter} from another.`,
    );
  }
  return asked ?? permitted;
}
