/**
 * The keyboard shortcuts.
 *
 * @module
 */

import type { Text } from "../texts/texts.ts";

/** What a shortcut does. */
export type Command =
  | "search"
  | "down"
  | "up"
  | "selectDown"
  | "selectUp"
  | "selectAll"
  | "expand"
  | "copy"
  | "link"
  | "context"
  | "hides"
  | "pause"
  | "start"
  | "end"
  | "next"
  | "previous"
  | "wrap"
  | "time"
  | "help"
  | "leave";

/** Each shortcut's keys as shown in the help, its effect, and the commands of the first keys if they work everywhere. */
export const SHORTCUTS: readonly {
  readonly keys: readonly string[];
  readonly effect: Text;
  readonly commands?: readonly Command[];
}[] = [
  { keys: ["/"], effect: "Focus the search field", commands: ["search"] },
  {
    keys: ["j", "k", "↓", "↑"],
    effect: "Go to the next or previous line",
    commands: ["down", "up"],
  },
  {
    keys: ["J", "K", "Shift ↓", "Shift ↑"],
    effect: "Select the next or previous line too",
    commands: ["selectDown", "selectUp"],
  },
  { keys: ["Ctrl A"], effect: "Select all lines (in the list)" },
  { keys: ["Enter"], effect: "Expand or collapse the line" },
  { keys: ["c"], effect: "Copy the line, or the selected lines", commands: ["copy"] },
  { keys: ["l"], effect: "Copy a link to the line", commands: ["link"] },
  { keys: ["x"], effect: "Show the line in context", commands: ["context"] },
  { keys: ["f"], effect: "Follow the newest line", commands: ["end"] },
  { keys: ["h"], effect: "Hide or show the lines that do not match", commands: ["hides"] },
  { keys: ["Enter", "Shift Enter"], effect: "Next or previous match (in the search field)" },
  {
    keys: ["n", "N"],
    effect: "Next or previous match (in the list)",
    commands: ["next", "previous"],
  },
  { keys: ["Space"], effect: "Pause or resume", commands: ["pause"] },
  {
    keys: ["g", "G"],
    effect: "Jump to the oldest or newest line",
    commands: ["start", "end"],
  },
  { keys: ["w"], effect: "Wrap long lines", commands: ["wrap"] },
  { keys: ["t"], effect: "Show times as local, UTC or relative", commands: ["time"] },
  { keys: ["Esc"], effect: "Close the menu, deselect, or clear or leave the search field" },
  { keys: ["?"], effect: "Show this help", commands: ["help"] },
];

const COMMANDS = new Map(
  SHORTCUTS.flatMap(({ keys, commands = [] }) =>
    commands.map((command, i) => [keys[i]!.replace("Space", " "), command])
  ),
);

/** What the arrow keys do in the list, without and with Shift. */
const ARROWS: Readonly<Record<string, readonly [Command, Command]>> = {
  ArrowDown: ["down", "selectDown"],
  ArrowUp: ["up", "selectUp"],
};

/** Elements that handle keys themselves. */
const FIELDS = "input, textarea, select, [contenteditable]";
const CONTROLS = "button, a, summary, [role=slider]";

/**
 * The command of a pressed key; `undefined` if it is not a shortcut, or is typed into a field.
 *
 * @param hotkeys Whether single characters are shortcuts.
 */
export function commandOf(event: KeyboardEvent, hotkeys = true): Command | undefined {
  const { key, shiftKey } = event;
  if (event.defaultPrevented || event.altKey) return;
  const target = event.composedPath()[0];
  const isField = !(target instanceof Element) || target.closest(FIELDS) !== null;
  if (event.ctrlKey || event.metaKey) {
    return key.toLowerCase() === "a" && !shiftKey && !isField ? "selectAll" : undefined;
  }
  if (key === "Escape") return "leave";
  if (key === "F3") return shiftKey ? "previous" : "next";
  if (isField || (key === " " || key === "Enter") && target.closest(CONTROLS)) return;
  if (key === "Enter") return "expand";
  if (target.matches("[role=grid]") && ARROWS[key]) return ARROWS[key][shiftKey ? 1 : 0];
  return hotkeys ? COMMANDS.get(key) : undefined;
}
