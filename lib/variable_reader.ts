/**
 * Reads environment variables and collects the problems that are found.
 *
 * @module
 */
import * as v from "valibot";
import { type Values, type Variable, type VariableName, VARIABLES } from "./variables.ts";

/** Where the configuration comes from. */
export interface ConfigSource {
  /** Returns the value of a variable. An empty value counts as unset. */
  readonly env: (name: string) => string | undefined;
  /** Returns the text of the file at a path that a variable holds. */
  readonly readFile: (path: string) => string;
}

/** Reads variables. Invalid values are reported here, so that all of them can be listed at once. */
export class VariableReader {
  /** One line per problem. */
  readonly problems: string[] = [];
  readonly #source: ConfigSource;

  /** @param source Where values and files come from. */
  constructor(source: ConfigSource) {
    this.#source = source;
  }

  /** Returns the text of a variable, or its default; `undefined` if it has neither. */
  get(name: VariableName): string | undefined {
    return clean(this.#source.env(name)) ?? (VARIABLES[name] as Variable).default;
  }

  /** Returns the parsed values of all variables; `undefined` if any of them is invalid. */
  parseAll(): Values | undefined {
    let valid = true;
    const parse = (name: VariableName) => {
      const text = this.get(name);
      if (text === undefined) return undefined;
      const { schema = v.string() }: Variable = VARIABLES[name];
      const { success, output, issues } = v.safeParse(schema, text, { abortPipeEarly: true });
      if (success) return output;
      valid = false;
      return this.reject(name, issues[0].message);
    };
    const names = Object.keys(VARIABLES) as VariableName[];
    const values = Object.fromEntries(names.map((name) => [name, parse(name)]));
    return valid ? values as Values : undefined;
  }

  /**
   * Returns the text of the file that a variable names; `undefined` if the variable is not set, or if
   * the file cannot be read or does not contain `mark`, which is then reported.
   */
  readFile(name: VariableName, mark: string): string | undefined {
    const path = this.get(name);
    if (path === undefined) return undefined;
    if (path.includes("-----")) {
      return this.reject(name, "the path of a file, not the text of a file");
    }
    try {
      const text = this.#source.readFile(path);
      if (text.includes(mark)) return text;
      return this.reject(name, `the path of a file that contains "${mark}"`);
    } catch (error) {
      const expected = error instanceof Deno.errors.NotCapable
        ? `a file below /etc/natstap, or one that --allow-read=${path} permits`
        : "the path of a file that can be read";
      return this.reject(name, expected);
    }
  }

  /** Reports that the value of a variable is not what is `expected`. */
  reject(name: VariableName, expected: string): undefined {
    this.problems.push(describeInvalid(name, this.get(name), expected));
  }
}

/**
 * Removes the trailing line breaks that a variable's value has if it was read from a file. Returns
 * `undefined` if nothing is left.
 */
export function clean(value: string | undefined): string | undefined {
  return value?.replace(/[\r\n]+$/, "") || undefined;
}

/** Says in one line which variable is invalid, what is expected, and its value unless that is secret. */
export function describeInvalid(
  name: VariableName,
  value: string | undefined,
  expected: string,
): string {
  if (value === undefined) return `Cannot read ${name} as ${expected}: it is not set`;
  // Text with "@" may be a URL that holds a password, and text with "-----" a private key.
  const secret = (VARIABLES[name] as Variable).secret || /@|-----/.test(value);
  const shown = secret ? "not shown" : JSON.stringify(value);
  return `Cannot read ${name} as ${expected}: current value is ${shown}`;
}
