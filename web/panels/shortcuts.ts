/**
 * What keys do, where nothing is being written.
 *
 * @module
 */

/** What a key may ask for. */
export type Command =
  | "search"
  | "mode"
  | "pause"
  | "start"
  | "end"
  | "next"
  | "previous"
  | "wrap"
  | "time"
  | "help"
  | "leave";

const COMMANDS: Readonly<Record<string, Command>> = {
  "/": "search",
  "f": "mode",
  " ": "pause",
  "g": "start",
  "G": "end",
  "n": "next",
  "N": "previous",
  "w": "wrap",
  "t": "time",
  "?": "help",
};

/** Where keys have a meaning of their own. */
const FIELDS = "input, textarea, select, [contenteditable]";
const CONTROLS = "button, a, summary, [role=slider]";

/** What the key pressed asks for; undefined where it is none of the viewer's business. */
export function commandOf(event: KeyboardEvent): Command | undefined {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") return "leave";
  if (event.key === "F3") return event.shiftKey ? "previous" : "next";
  const target = event.composedPath()[0];
  if (!(target instanceof Element) || target.closest(FIELDS)) return;
  if (event.key === " " && target.closest(CONTROLS)) return;
  return Object.hasOwn(COMMANDS, event.key) ? COMMANDS[event.key] : undefined;
}

/**
 * Whether a key pressed anywhere in the page is meant for `viewer`: it is pressed within, or nothing has
 * the focus and the viewer is what the page is about. A product's own keys stay its own.
 */
export function isFor(viewer: HTMLElement, event: KeyboardEvent): boolean {
  if (event.composedPath().includes(viewer)) return true;
  if (event.target !== document.body && event.target !== document.documentElement) return false;
  if (viewer.matches(":hover")) return true;
  const { width, height } = viewer.getBoundingClientRect();
  return width * height > innerWidth * innerHeight / 2;
}
