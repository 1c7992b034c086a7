/**
 * The rows of the list: log lines, and gaps where lines are missing.
 *
 * @module
 */
import { type LogLine, parseLogLine } from "../../lib/log_line/log_line.ts";
import { terminalText } from "../message/terminal_line.ts";

/** A log line, and what it says. */
export interface Line extends Omit<LogLine, "timestamp" | "text" | "fields"> {
  readonly kind: "line";
  /** Unique; increases from row to row, gaps included. Negative if the row was loaded later than others. */
  readonly id: number;
  /** Time of arrival, in milliseconds since the epoch. */
  readonly received: number;
  readonly payload: string;
  /** Its number in the service's history, the same in every viewer; `undefined` if lines have none. */
  readonly sequence?: string | undefined;
  /** Whether the message is only part of the app's line, so that the other fields are shown after it. */
  readonly isStructured: boolean;
  /** The lines that follow the first one in an entry of several, such as a stack trace; `message` has them too. */
  readonly more?: readonly Line[];
  /** The line of a stack trace that says what went wrong, if it is not the first one. */
  readonly reason?: string;
}

/**
 * A place where lines are, or may be, missing. Times are in milliseconds since the epoch; `received` of a gap that
 * lasted is its start.
 */
export type Gap =
  & { readonly kind: "gap"; readonly id: number; readonly received: number }
  & (
    /** The service dropped lines here because this page was too slow. */
    | { readonly gap: "dropped"; readonly count: number; readonly bytes: number }
    /** Lines of the past that the service does not have, or does not send: `retention`, `limit` or `unavailable`; `line`: that of a link. */
    | { readonly gap: "history"; readonly reason: string }
    /** The service lost its connection to NATS; `to` is undefined until it is restored. */
    | { readonly gap: "nats"; readonly from: number; readonly to: number | undefined }
    /** This page lost its connection to the service; `to` is undefined until it is restored. */
    | {
      readonly gap: "connection";
      readonly from: number;
      readonly to: number | undefined;
      /** Whether the cause was an expired token. */
      readonly hasExpired?: boolean;
    }
  );

/** A gap that has a beginning and an end. */
export type Outage = Extract<Gap, { from: number }>;

/** Where the lines that the view starts with end, and live ones begin. */
export interface LiveMark {
  readonly kind: "live";
  readonly id: number;
  readonly received: number;
}

/** An entry of the list. */
export type Row = Line | Gap | LiveMark;

/** The `detail` of a `natstap-line` event: what the line says, with its id and payload. */
export type LineDetail =
  & Pick<Line, "id" | "sequence" | "payload" | "time" | "level" | "severity" | "message">
  & Pick<Line, "provider" | "region" | "machine">
  & Pick<LogLine, "fields">;

export function lineDetail(line: Line): LineDetail {
  const { id, sequence, payload, time, level, severity, message, provider, region, machine } = line;
  return {
    ...{ id, payload, time, level, severity, message, provider, region, machine },
    ...(sequence !== undefined && { sequence }),
    get fields() {
      return fieldsOf(line);
    },
  };
}

/**
 * The fields of the app's line besides its message. They are parsed on every call: keeping them for
 * 100,000 lines could take twenty times as much memory as the lines themselves.
 */
export function fieldsOf({ payload }: Line): LogLine["fields"] {
  return parseLogLine(payload).fields;
}

/** Whether a row has the line with this number in the history, such as one of a stack trace. */
export function hasSequence(row: Row, sequence: string): boolean {
  if (row.kind !== "line") return false;
  return [row, ...row.more ?? []].some((line) => line.sequence === sequence);
}

/** The time that a row shows: when the line was written, otherwise when it arrived. */
export function timeOf(row: Row): number {
  return row.kind === "line" ? row.time ?? row.received : row.received;
}

/** Number of characters in the payloads of a row. */
export function charactersOf(row: Row): number {
  if (row.kind !== "line") return 0;
  return (row.more ?? []).reduce((sum, { payload }) => sum + payload.length, row.payload.length);
}

/** Maximum length of a message whose progress bars are resolved, in characters. */
const MAX_TERMINAL_TEXT = 65_536;

/** Creates rows with consecutive ids; those of older rows are negative. */
export class RowFactory {
  #next = 0;
  #oldest = 0;
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  line(payload: string, sequence?: string): Line {
    return this.#line(payload, sequence, this.#next++);
  }

  /** The line, after all other rows. */
  moved(line: Line): Line {
    return { ...line, id: this.#next++ };
  }

  /** A line before all other rows. */
  older(payload: string, sequence?: string): Line {
    return this.#line(payload, sequence, --this.#oldest);
  }

  #line(payload: string, sequence: string | undefined, id: number): Line {
    const { timestamp: _, fields: __, text, ...parsed } = parseLogLine(payload);
    const { message } = parsed;
    return {
      ...parsed,
      kind: "line",
      id,
      received: this.#now(),
      message: message.length > MAX_TERMINAL_TEXT ? message : terminalText(message),
      payload,
      sequence,
      isStructured: message !== text,
    };
  }

  /** A gap where the service dropped lines. */
  dropped(count: number, bytes: number): Gap {
    return { kind: "gap", id: this.#next++, received: this.#now(), gap: "dropped", count, bytes };
  }

  /** A gap of lines of the past. */
  history(reason: string, id: number = this.#next++): Gap {
    return { kind: "gap", id, received: this.#now(), gap: "history", reason };
  }

  /** A gap before all other rows. */
  olderGap(reason: string): Gap {
    return this.history(reason, --this.#oldest);
  }

  live(): LiveMark {
    return { kind: "live", id: this.#next++, received: this.#now() };
  }

  /** A gap that began at `from` and has not ended. */
  outage(gap: Outage["gap"], from: number): Outage {
    return { kind: "gap", id: this.#next++, received: from, gap, from, to: undefined };
  }
}
