/**
 * Applies SGR sequences (`ESC [ … m`) to a text style.
 *
 * @module
 */

/** One of the 16 named colors, which the theme defines, or a 24-bit color. */
export type Color = number | readonly [red: number, green: number, blue: number];

/** The style of the text that follows. */
export interface TextStyle {
  readonly color: Color | undefined;
  readonly background: Color | undefined;
  readonly marks: ReadonlySet<Mark>;
}

type Mark = "bold" | "dim" | "italic" | "underline" | "strike" | "inverse";

export const PLAIN_STYLE: TextStyle = { color: undefined, background: undefined, marks: new Set() };

// Concealed text (8) is shown, and blinking text (5) does not blink.
const SET: Readonly<Record<number, Mark>> = {
  1: "bold",
  2: "dim",
  3: "italic",
  4: "underline",
  7: "inverse",
  9: "strike",
  21: "underline",
};
const RESET: Readonly<Record<number, readonly Mark[]>> = {
  22: ["bold", "dim"],
  23: ["italic"],
  24: ["underline"],
  27: ["inverse"],
  29: ["strike"],
};

/**
 * The style after a sequence.
 *
 * @param groups The parameters, each grouped with those that colons attach to it.
 */
export function applySgr(groups: readonly (readonly string[])[], before: TextStyle): TextStyle {
  let { color, background } = before;
  const marks = new Set(before.marks);
  const codes = groups.length === 0 ? [["0"]] : groups;
  for (let at = 0; at < codes.length; at++) {
    const [code, ...joined] = codes[at]!.map(Number) as [number, ...number[]];
    if (code === 0) {
      [color, background] = [undefined, undefined];
      marks.clear();
    } else if (code === 38 || code === 48 || code === 58) {
      const given = joined.length > 0 ? joined : codes.slice(at + 1, at + 5).map(([one]) => +one!);
      if (joined.length === 0) at += PARAMETERS[given[0]!] ?? 1;
      const chosen = extendedColor(given);
      if (code === 38) color = chosen ?? color;
      if (code === 48) background = chosen ?? background;
    } else if (code === 39) color = undefined;
    else if (code === 49) background = undefined;
    else if (code >= 30 && code <= 37) color = code - 30;
    else if (code >= 40 && code <= 47) background = code - 40;
    else if (code >= 90 && code <= 97) color = code - 82;
    else if (code >= 100 && code <= 107) background = code - 92;
    else if (code === 4 && joined[0] === 0) marks.delete("underline");
    else if (Object.hasOwn(SET, code)) marks.add(SET[code]!);
    else for (const mark of RESET[code] ?? []) marks.delete(mark);
  }
  return { color, background, marks };
}

/** Number of parameters after 38: `5` and an index, or `2` and three components. */
const PARAMETERS: Readonly<Record<number, number>> = { 5: 2, 2: 4 };

function extendedColor([mode, ...rest]: readonly number[]): Color | undefined {
  if (mode === 5) return indexedColor(rest[0] ?? NaN);
  if (mode !== 2) return undefined;
  // With colons, a color space may come first: 38:2::255:128:0.
  const [red, green, blue] = rest.slice(-3);
  const isComponent = (one = NaN) => Number.isInteger(one) && one >= 0 && one <= 255;
  return [red, green, blue].every(isComponent) ? [red!, green!, blue!] : undefined;
}

/** The 256 colors: 16 named ones, a cube of 6 × 6 × 6, and 24 grays. */
function indexedColor(index: number): Color | undefined {
  if (!Number.isInteger(index) || index < 0 || index > 255) return undefined;
  if (index < 16) return index;
  if (index >= 232) return [8, 8, 8].map((dark) => dark + (index - 232) * 10) as [0, 0, 0];
  const level = (step: number) => step === 0 ? 0 : 55 + step * 40;
  const cube = index - 16;
  return [level(Math.trunc(cube / 36)), level(Math.trunc(cube / 6) % 6), level(cube % 6)];
}

/** The classes and CSS declarations of a style. */
export function styleOf(style: TextStyle): { className: string; css: string } {
  const inverse = style.marks.has("inverse");
  const [color, background] = inverse
    ? [style.background, style.color]
    : [style.color, style.background];
  const names: string[] = [...style.marks].filter((mark) => mark !== "inverse");
  if (background !== undefined) {
    return { className: names.join(" "), css: onBackground(color, background) };
  }
  if (inverse) return { className: [...names, "inverse"].join(" "), css: "" };
  if (typeof color === "number") names.push(`ansi-${color}`);
  else if (color !== undefined) names.push("ansi-rgb");
  const css = typeof color === "object" ? `--color: ${rgb(color)}` : "";
  return { className: names.join(" "), css };
}

/**
 * The theme's colors may be illegible on a background that the app chose. The text is therefore in a terminal's
 * color, or in black or white if that is illegible too.
 */
function onBackground(color: Color | undefined, background: Color): string {
  const under = components(background);
  const text = color === undefined ? undefined : components(color);
  const chosen = text !== undefined && contrast(text, under) >= 4.5 ? text : blackOrWhite(under);
  return `color: ${rgb(chosen)}; background-color: ${rgb(under)}`;
}

type Components = readonly [number, number, number];

function blackOrWhite(under: Components): Components {
  return contrast([0, 0, 0], under) > contrast([255, 255, 255], under)
    ? [0, 0, 0]
    : [255, 255, 255];
}

/** The contrast ratio as defined by WCAG, from 1 to 21. */
export function contrast(one: Components, other: Components): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [
    number,
    number,
  ];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: Components): number {
  const [red, green, blue] = color.map((one) => {
    const part = one / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The 16 named colors of most terminals, for text on a background that the app chose. */
const TERMINAL = [
  [0, 0, 0],
  [205, 49, 49],
  [13, 188, 121],
  [229, 229, 16],
  [36, 114, 200],
  [188, 63, 188],
  [17, 168, 205],
  [229, 229, 229],
  [102, 102, 102],
  [241, 76, 76],
  [35, 209, 139],
  [245, 245, 67],
  [59, 142, 234],
  [214, 112, 214],
  [41, 184, 219],
  [255, 255, 255],
] as const;

function components(color: Color): Components {
  return typeof color === "number" ? TERMINAL[color]! : color;
}

const rgb = (color: Components) => `rgb(${color.join(" ")})`;
