/**
 * The public interface of `<natstap-viewer>`.
 *
 * The package contains this file as `element.d.ts`, and its manifest is made from the comments: it only has
 * interfaces whose members have comments, and types.
 *
 * @module
 */

/** The properties. All except `tokenProvider` are attributes too. */
export interface ViewerProperties {
  /** URL of natstap's `/logs`. */
  src: string | undefined;
  /** The first token. Without it and without `tokenProvider`, the browser sends the cookie `natstap_token`. */
  token: string | undefined;
  /** Provides a token if there is none, before the last one expires, and if one is rejected. */
  tokenProvider: (() => Promise<string>) | undefined;
  /** Shows only lines of this region. */
  region: string | undefined;
  /** Shows only lines of this machine. */
  machine: string | undefined;
  /** The app, if the token permits several. */
  app: string | undefined;
  /** `light`, `dark` or `auto`, which follows the system. Default: the page's `color-scheme`. */
  theme: string | undefined;
  /** Maximum number of rows; the oldest are removed. Default: 100,000. */
  limit: number;
  /** Number of lines of the past that the view starts with, if the service has them. Default: 500. */
  tail: number;
  /** Whether long lines wrap. Default: only if the viewer is narrower than 640 pixels. */
  wrap: boolean;
  /** How times are shown. Default: `local`. */
  time: "local" | "utc" | "relative";
  /** `time`: new lines wait for a second, and are sorted by their own times. Default: `arrival`. */
  order: "arrival" | "time";
  /** Whether new lines are held back. */
  paused: boolean;
  /** `off` if single characters are not shortcuts. */
  hotkeys: string | undefined;
  /** The fields that are shown as columns, separated by commas, such as `status,user.id`. */
  columns: string | undefined;
  /** The query of the search field, such as `level:error -healthz`; it changes with what the user types. */
  filter: string | undefined;
  /** The `sequence` of a line to go to, even if it has to be loaded; reset once that is done. */
  line: string | undefined;
  /** Link to a line, in which `{line}` stands for its `sequence`: with it, users can copy links to lines. */
  permalink: string | undefined;
}

/** The methods. */
export interface ViewerMethods {
  /** Holds back new lines. The stream stays open, and the list does not change. */
  pause(): void;
  /** Shows the lines that were held back, and new lines as they arrive. */
  resume(): void;
  /** Removes all lines from the list. */
  clear(): void;
  /** Scrolls to a line by its `id`, which `natstap-line` has, and shows it among the lines around it. */
  goTo(id: number): void;
  /** Returns from the lines around one to those that match. */
  leaveContext(): void;
  /** Connects at once if the stream has ended or is about to be reopened. */
  retry(): void;
  /** Saves the lines that pass the filter as a file. */
  download(kind?: "log" | "ndjson"): void;
}

/** The events, which bubble and cross shadow boundaries. */
export interface ViewerEvents {
  /** The state of the stream has changed. */
  "natstap-status": CustomEvent<StatusDetail>;
  /** A line has arrived. */
  "natstap-line": CustomEvent<LineDetail>;
  /** The reader has chosen other columns. */
  "natstap-columns": CustomEvent<ColumnsDetail>;
  /** The query has changed. */
  "natstap-filter": CustomEvent<FilterDetail>;
}

/** The query that is in effect. */
export interface FilterDetail {
  /** As in the property `filter`; empty if all lines are shown. */
  readonly filter: string;
  /** Whether all lines around one are shown, until the user returns to those that match. */
  readonly context: boolean;
}

/** The state of a stream that is open, opens, or has not been started. Times are in milliseconds since the epoch. */
export type StreamState =
  | { readonly state: "idle" }
  /** `since` is when the attempt began. */
  | { readonly state: "connecting"; readonly since: number }
  | {
    readonly state: "live";
    readonly app: string;
    readonly subject: string;
    /** When the token expires. */
    readonly expiresAt: number;
    /** Whether the service has lines of the past. */
    readonly history: boolean;
  };

/** The state of the stream. Times are in milliseconds since the epoch. */
export type StatusDetail =
  & { readonly paused: boolean }
  & (
    | StreamState
    /** `at` is the time of the next attempt; `reason` is for developers, `text` for readers. */
    | {
      readonly state: "reconnecting";
      readonly at: number;
      readonly reason: string;
      readonly text: string;
    }
    /** No further attempt can succeed without another token or other properties. */
    | {
      readonly state: "ended";
      readonly reason: string;
      /** For developers. */
      readonly detail: string;
      /** The apps to choose from, if the reason is `app-required`. */
      readonly apps?: readonly string[] | undefined;
    }
  );

/** The columns that the reader has chosen. */
export interface ColumnsDetail {
  /** The names of the fields, separated by commas: a value for the property `columns`. */
  readonly columns: string;
}

/** A line, and what it says. */
export interface LineDetail {
  /** Unique within the viewer; increases with each line. */
  readonly id: number;
  /** The line's number in the service's history, the same in every viewer; `undefined` without history. */
  readonly sequence?: string | undefined;
  /** The line as it was published. */
  readonly payload: string;
  /** Milliseconds since the epoch; `undefined` if the line has no time. */
  readonly time: number | undefined;
  /** The level in the app's own word. */
  readonly level: string;
  /** The level in natstap's words. */
  readonly severity: "error" | "warn" | "info" | "debug" | "none";
  /** The text of the app. */
  readonly message: string;
  readonly provider: string;
  readonly region: string;
  readonly machine: string;
  /** Everything else in the app's line, parsed when it is read. */
  readonly fields: Readonly<Record<string, unknown>>;
}
