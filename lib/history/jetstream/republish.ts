/**
 * Where a JetStream stream republishes its lines.
 *
 * @module
 */

/** The subjects of a stream's `republish` configuration. */
export interface Republish {
  /** The subjects that are republished. nats-server reports an empty text for `>`. */
  readonly src?: string | undefined;
  /** The subject that they become. */
  readonly dest: string;
}

/** `$1`, or `{{wildcard(1)}}` with the spaces and the capital letter that nats-server accepts. */
const WILDCARD = /^(?:\$(\d+)|\{\{\s*[wW]ildcard\s*\(\s*(\d+)\s*\)\s*\}\})$/;

/**
 * Returns why lines cannot be read from the republished subjects; `undefined` if they can. Two subjects
 * must never become one, because a stream would then show the lines of another app.
 */
export function republishProblem({ src, dest }: Republish): string | undefined {
  const source = tokensOf(src);
  const target = tokensOf(dest);
  const count = source.filter((token) => token === "*").length;
  const used = target.flatMap((token) => wildcardOf(token) ?? []);
  const unknown = target.find((token) => token.includes("{{") && wildcardOf(token) === undefined);
  if (unknown !== undefined) {
    return `its republish destination ${dest} contains ${unknown}, but only wildcard(N) keeps the ` +
      "subjects of different apps apart";
  }
  const unique = new Set(used).size === used.length;
  if (!unique || used.length !== count || used.some((index) => index < 1 || index > count)) {
    return `its republish destination ${dest} must contain each "*" of the source ${
      source.join(".")
    } exactly once`;
  }
  if (target.includes("*") || (source.at(-1) === ">") !== (target.at(-1) === ">")) {
    return `its republish destination ${dest} must end as the source ${source.join(".")} does`;
  }
  return undefined;
}

/**
 * Returns the subject that delivers exactly the republished lines of `subject`, which may contain
 * wildcards; `undefined` if some of these lines are not republished.
 *
 * @param republish Must have no {@linkcode republishProblem}.
 *
 * @example
 * ```ts
 * mapSubject({ src: "logs.*.>", dest: "live.$1.>" }, "logs.web.dfw.>"); // "live.web.dfw.>"
 * ```
 */
export function mapSubject({ src, dest }: Republish, subject: string): string | undefined {
  if (!isWithin(subject, src || ">")) return undefined;
  const source = tokensOf(src);
  const tokens = subject.split(".");
  const matched = tokens.filter((_, i) => source[i] === "*");
  const rest = tokens.slice(source.length - 1);
  return tokensOf(dest).flatMap((token) => {
    if (token === ">") return rest;
    const index = wildcardOf(token);
    return index === undefined ? token : matched[index - 1]!;
  }).join(".");
}

/** Returns whether every subject that matches `pattern` also matches `wider`. */
export function isWithin(pattern: string, wider: string): boolean {
  const tokens = pattern.split(".");
  const allowed = wider.split(".");
  for (const [i, token] of allowed.entries()) {
    if (i >= tokens.length) return false;
    if (token === ">") return true;
    if (tokens[i] === ">" || (token !== "*" && token !== tokens[i])) return false;
  }
  return tokens.length === allowed.length;
}

function tokensOf(subject: string | undefined): string[] {
  return (subject || ">").split(".");
}

function wildcardOf(token: string): number | undefined {
  const [match, short, long] = WILDCARD.exec(token) ?? [];
  return match === undefined ? undefined : Number(short ?? long);
}
