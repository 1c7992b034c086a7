/**
 * Joins the lines of a stack trace, which arrive one by one, into one entry of the list.
 *
 * @module
 */
import { levelInText } from "../../../lib/log_line/plain_text.ts";
import { plainText } from "../../message/ansi.ts";
import type { Line } from "../row.ts";
import { nextState, OPENERS, type TraceState } from "./trace_rules.ts";

/** Maximum number of lines of an entry; what follows begins another one. */
const MAX_LINES = 1000;
/** Maximum number of characters of an entry. */
const MAX_CHARACTERS = 131_072;
/** Number of characters of a line that are looked at. */
const MAX_LOOKED_AT = 1000;
/** Maximum time between two lines of an entry. */
const MAX_PAUSE_MS = 5000;
/**
 * Maximum time between a line that reports a problem and the stack trace after it. A logger writes both at once; after
 * a pause, they are more likely unrelated.
 */
const MAX_PAUSE_BEFORE_TRACE_MS = 1000;
/** Maximum number of machines whose last entries are remembered. */
const MAX_MACHINES = 1000;

/** What can be the first line of an error: `Error: no such order`, `OrderNotFound: 42`. */
const ERROR = /(?:Error|Exception|Throwable|Trace)\b|^[A-Z][\w.]*: /;
/** The states in which a line says what went wrong. */
const REASONS: ReadonlySet<string> = new Set(["python pythonEnd", "nodeGap node", "nodeMark node"]);

/** The last entry of a machine. */
interface Open {
  readonly entry: Line;
  /** `undefined` if the entry does not look like a stack trace yet. */
  readonly state: TraceState | undefined;
}

/**
 * Follows the entries of each machine, so that lines of other machines in between do not split them.
 *
 * @example
 * ```ts
 * const groups = new LineGroups();
 * const grown = groups.join(line);
 * if (grown === undefined) store.add(line);
 * else store.replace(grown);
 * ```
 */
export class LineGroups {
  readonly #open = new Map<string, Open>();

  /** Returns the entry with `line` added to it; `undefined` if `line` begins an entry. */
  join(line: Line): Line | undefined {
    const source = `${line.machine}\n${line.provider}\n${line.region}`;
    const before = this.#open.get(source);
    const after = before && follow(before, line);
    // The machine that was silent the longest comes first.
    this.#open.delete(source);
    this.#open.set(source, after ?? begin(line));
    if (this.#open.size > MAX_MACHINES) this.#open.delete(this.#open.keys().next().value!);
    return after?.entry;
  }

  /** Ends all entries, because lines may be missing, or because the rows have been removed. */
  clear(): void {
    this.#open.clear();
  }
}

function begin(line: Line): Open {
  const text = line.isStructured ? undefined : beginning(line.message);
  const opener = text === undefined ? undefined : OPENERS.find((one) => one.line.test(text));
  return { entry: line, state: opener?.state };
}

function follow({ entry, state }: Open, line: Line): Open | undefined {
  if (entry.isStructured || line.isStructured) return undefined;
  if ((entry.more?.length ?? 0) + 1 >= MAX_LINES) return undefined;
  if (entry.message.length + line.message.length > MAX_CHARACTERS) return undefined;
  if (pauseMs(entry.more?.at(-1) ?? entry, line) > MAX_PAUSE_MS) return undefined;
  const text = beginning(line.message);
  const next = state === undefined ? opened(entry, line, text) : nextState(state, text);
  if (next === undefined) {
    // The second line may show what the first one was, such as `com.example.Failure: no such order`.
    const late = state !== undefined && entry.more === undefined
      ? opened(entry, line, text)
      : undefined;
    return late && { entry: grown(entry, line, late), state: late };
  }
  const isReason = REASONS.has(`${state} ${next}`);
  return { entry: grown(entry, line, next, isReason ? text : undefined), state: next };
}

/** Time between two lines: by arrival, or as written if that is longer, because lines of history arrive at once. */
function pauseMs(before: Line, after: Line): number {
  const arrived = after.received - before.received;
  if (before.time === undefined || after.time === undefined) return arrived;
  return Math.max(arrived, Math.abs(after.time - before.time));
}

/** The state of an entry whose second line is `line`; `undefined` if that line begins an entry of its own. */
function opened(entry: Line, line: Line, text: string): TraceState | undefined {
  const opener = OPENERS.find(({ line }) => line.test(text));
  if (opener?.joins === undefined) return undefined;
  const isProblem = entry.severity === "error" || entry.severity === "warn";
  const belongs = isProblem && pauseMs(entry, line) <= MAX_PAUSE_BEFORE_TRACE_MS ||
    opener.joins === "error" && ERROR.test(beginning(entry.message));
  return belongs ? opener.state : undefined;
}

function grown(entry: Line, line: Line, state: TraceState, reason = entry.reason): Line {
  // A stack trace without a level is an error, whatever level the log collector gives to all lines.
  const isError = entry.more === undefined && state !== "dotnetLog" &&
    levelInText(beginning(entry.message)) === "";
  return {
    ...entry,
    ...(isError && { level: "error", severity: "error" }),
    ...(reason !== undefined && { reason }),
    message: `${entry.message}\n${line.message}`,
    more: [...entry.more ?? [], line],
  };
}

function beginning(message: string): string {
  return plainText(message.slice(0, MAX_LOOKED_AT));
}
