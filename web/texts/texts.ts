/**
 * All texts that can be translated. The package contains this file as `texts.d.ts`, so it has only types.
 *
 * @module
 */

/** A text without a count, in English. `{name}` is replaced by a value. */
export type Text =
  // The state of the stream.
  | "Not connected"
  | "Connecting…"
  | "Reconnecting"
  | "Reconnecting…"
  | "Reconnecting in {seconds} s"
  | "Live"
  | "Paused"
  // Why no lines arrive.
  | "Your access has expired"
  | "Reload the page to continue."
  | "You no longer have access"
  | "Access to these logs has been withdrawn."
  | "No access"
  | "You do not have access to these logs."
  | "Sign in again, or reload the page."
  | "Logs cannot be shown"
  | "This page is not set up correctly. Contact its operator."
  | "Sign in, and try again."
  | "Choose an app"
  | "You have access to the logs of several apps."
  | "Your access is being renewed."
  | "Your access to these logs cannot be confirmed at the moment."
  | "Too many views of these logs are open."
  | "The log service is not available at the moment."
  | "The log service cannot be reached from this page."
  | "Try again"
  // Without rows.
  | "No matching lines ({count} hidden)"
  | "New lines that match will appear here."
  | "Show all lines"
  | "no line matches"
  | "Older lines were removed"
  | "Cleared"
  | "New lines will appear here."
  | "Waiting for {app} to log something"
  | "Lines appear here as they are written."
  | "Earlier lines are not available."
  // The toolbar.
  | "Pause"
  | "Pause (Space)"
  | "Resume"
  | "Resume (Space)"
  | "More"
  | "Wrap long lines"
  | "Wrap long lines (w)"
  | "Times"
  | "Times: {time}"
  | "Times: local, UTC or relative (t)"
  | "Local"
  | "UTC"
  | "Relative"
  | "Download"
  | "Filtered lines"
  | "All lines"
  | "Clear"
  | "Clear the list"
  | "Help"
  | "Keyboard shortcuts"
  | "Keyboard shortcuts (?)"
  | "Close"
  // Columns and values.
  | "Columns"
  | "Show fields as columns"
  | "No fields in these lines"
  | "Sort new lines by time"
  | "Only lines with this value"
  | "Exclude lines with this value"
  | "Copy value"
  | "Show as column"
  | "Remove column"
  | "Remove the column {name}"
  | "drag to select"
  // New lines, and the selection.
  | "Paused · {lines}"
  | "Jump to the newest line"
  | "Copy"
  | "Deselect"
  | "Deselect (Esc)"
  | "{lines} selected"
  | "{lines} copied"
  | "Line copied"
  | "Link copied"
  | "Copy link"
  | "Value copied"
  | "Live from here"
  // Gaps.
  | "This line is no longer available"
  | "{lines} dropped here"
  | "Lines are missing here: {reason}";

/** A text with a count, in the English plural. */
export type CountedText =
  | "{count} lines"
  | "{count} more lines"
  | "{count} new lines"
  | "{count} errors"
  | "{count} bytes"
  | "{count} keys"
  | "{count} items";

/** The forms of a text with a count, in a language; `other` is the usual one. */
export type PluralForms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>;

/** Translations by the English text. */
export type Texts =
  & Readonly<Partial<Record<Text, string>>>
  & Readonly<Partial<Record<CountedText, string | PluralForms>>>;
