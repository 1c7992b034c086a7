/**
 * The keyboard shortcuts.
 *
 * @module
 */

/** What a shortcut does. */
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

/** Each shortcut's keys as shown in the help, its effect, and the command that each key runs. */
export const SHORTCUTS: readonly {
  readonly keys: readonly string[];
  readonly effect: string;
  readonly commands?: Readonly<Record<string, Command>>;
}[] = [
  { keys: ["/"], effect: "Focus the search field", commands: { "/": "search" } },
  { keys: ["f"], effect: "Switch between filter and find", commands: { f: "mode" } },
  { keys: ["Enter", "Shift Enter"], effect: "Next or previous match (in the search field)" },
  {
    keys: ["n", "N"],
    effect: "Next or previous match (in the list)",
    commands: { n: "next", N: "previous" },
  },
  { keys: ["Space"], effect: "Pause or resume", commands: { " ": "pause" } },
  {
    keys: ["g", "G"],
    effect: "Jump to the oldest or the newest line",
    commands: { g: "start", G: "end" },
  },
  { keys: ["w"], effect: "Wrap long lines", commands: { w: "wrap" } },
  { keys: ["t"], effect: "Show times as local, UTC or relative", commands: { t: "time" } },
  { keys: ["Esc"], effect: "Close the menu, or clear or leave the search field" },
  { keys: ["?"], effect: "Show this help", commands: { "?": "help" } },
];

const COMMANDS = new Map(SHORTCUTS.flatMap(({ commands = {} }) => Object.entries(commands)));

/** Elements that handle keys themselves. */
const FIELDS = "input, textarea, select, [contenteditable]";
const CONTROLS = "button, a, summary, [role=slider]";

/** The command of a pressed key; `undefined` if it is not a shortcut, or is typed into a field. */
export function commandOf(event: KeyboardEvent): Command | undefined {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") return "leave";
  if (event.key === "F3") return event.shiftKey ? "previous" : "next";
  const target = event.composedPath()[0];
  if (!(target instanceof Element) || target.closest(FIELDS)) return;
  if (event.key === " " && target.closest(CONTROLS)) return;
  return COMMANDS.get(event.key);
}

/**
 * Whether a key is meant for `viewer`: it is pressed inside it, or nothing has the focus and the viewer is
 * under the pointer or fills most of the window. Other keys are left to the host page.
 */
export function isForViewer(viewer: HTMLElement, event: KeyboardEvent): boolean {
  if (event.composedPath().includes(viewer)) return true;
  if (event.target !== document.body && event.target !== document.documentElement) return false;
  if (viewer.matches(":hover")) return true;
  const { width, height } = viewer.getBoundingClientRect();
  return width * height > innerWidth * innerHeight / 2;
}
